"""Where everything is mounted."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from irm import views

urlpatterns = [
    path("", views.now, name="now"),
    path("", include("oncall.urls")),
    path("", include("incidents.urls")),
    path("", include("postmortems.urls")),
    path("health/", views.health, name="health"),
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.metrics, name="metrics"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
]
