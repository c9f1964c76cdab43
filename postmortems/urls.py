from django.urls import path

from .views import editing, follow_up_forms, follow_ups, postmortems, timeline_choice

app_name = "postmortems"
urlpatterns = [
    path("postmortems/", postmortems.postmortem_list, name="postmortems"),
    path("postmortems/<int:pk>/", postmortems.postmortem_page, name="postmortem"),
    path("postmortems/<int:pk>/edit/", editing.edit_postmortem, name="postmortem-edit"),
    path("postmortems/<int:pk>/timeline/", timeline_choice.timeline_choice, name="postmortem-timeline"),
    path("postmortems/<int:pk>/preview/<slug:section>/", editing.preview_section, name="postmortem-preview"),
    path("postmortems/<int:pk>/move/<slug:verb>/", postmortems.move_postmortem, name="postmortem-move"),
    path("follow-ups/", follow_ups.follow_up_list, name="follow-ups"),
    path("follow-ups/new/", follow_up_forms.new_follow_up, name="follow-up-new"),
    path("follow-ups/<int:pk>/", follow_ups.follow_up_page, name="follow-up"),
    path("follow-ups/<int:pk>/edit/", follow_up_forms.edit_follow_up, name="follow-up-edit"),
    path("follow-ups/<int:pk>/move/<slug:verb>/", follow_ups.move_follow_up, name="follow-up-move"),
]
