"""Reading from addresses that people name: what comes back, what is refused, and when it is given up."""

import gzip
import socket
import time
from ipaddress import ip_address, ip_network

import pytest
from django.test import override_settings

from irm.lib.outbound import OutboundError, fetch, may_be_reached
from tests.irm_lib.servers import said, serving

LOOPBACK = override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("127.0.0.0/8")])
LIMIT = 100_000


@pytest.fixture
def loopback():
    with LOOPBACK:
        yield


def refusal(url, **kwargs):
    with pytest.raises(OutboundError) as error:
        fetch(url, limit=LIMIT, **kwargs)
    return str(error.value)


def test_what_the_server_answers_comes_back(loopback):
    with serving(said(body=b"BEGIN:VCALENDAR")) as (url, requests):
        assert fetch(f"{url}/team.ics?key=1", limit=LIMIT) == b"BEGIN:VCALENDAR"
    assert requests[0].startswith(b"GET /team.ics?key=1 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd12::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1", "2002:7f00:1::", "2001:0:53aa:64c::", "2001:db8::1", "::127.0.0.1", "100::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_may_not_be_reached(address):
    assert not may_be_reached(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_may_be_reached(address):
    assert may_be_reached(ip_address(address))


@override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("10.1.0.0/16"), ip_network("fd00::/8")])
def test_networks_in_the_settings_may_be_reached_and_their_neighbours_not():
    reached = ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"]
    assert all(may_be_reached(ip_address(address)) for address in reached)
    assert not any(may_be_reached(ip_address(address)) for address in ["10.2.0.1", "127.0.0.1", "::1"])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],  # noqa: S104
)
def test_no_way_to_write_this_machine_reaches_it(host):
    with serving(said(body=b"secret")) as (url, requests):
        port = url.rsplit(":", 1)[1]
        assert "private network" in refusal(f"http://{host}:{port}/")
    assert requests == []


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "file:///etc/passwd", "gopher://x/", "//example.org", "team.ics"]
)
def test_only_http_and_https_are_read(url):
    assert "http:// or https://" in refusal(url)


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a b/", "https://user@/x", "http://x:99999999/"])
def test_what_is_no_address_is_refused(url):
    assert refusal(url)


def test_a_name_that_does_not_exist_is_told():
    assert "name cannot be found" in refusal("http://nowhere.invalid/")


def test_a_closed_port_is_told(loopback):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert "does not accept" in refusal(f"http://127.0.0.1:{port}/")


def test_a_redirect_to_a_private_address_is_refused(loopback):
    with serving(said("302 Found", Location="http://169.254.169.254/latest/meta-data/")) as (url, _):
        assert "private network" in refusal(url)


def test_a_redirect_to_another_kind_of_address_is_refused(loopback):
    with serving(said("302 Found", Location="file:///etc/passwd")) as (url, _):
        assert "http:// or https://" in refusal(url)


def test_a_redirect_within_the_server_is_followed(loopback):
    def answer(connection, request):
        moved = request.startswith(b"GET /old ")
        connection.sendall(said("301 Moved", Location="/new") if moved else said(body=b"found"))

    with serving(answer) as (url, _):
        assert fetch(f"{url}/old", limit=LIMIT) == b"found"


def test_redirects_end_after_three(loopback):
    with serving(said("302 Found", Location="/again")) as (url, requests):
        assert "redirects too often" in refusal(url)
    assert len(requests) == 4


def test_a_password_in_the_address_goes_to_its_server(loopback):
    with serving(said(body=b"x")) as (url, requests):
        fetch(url.replace("http://", "http://anna:p%40ss@"), limit=LIMIT)
    assert b"Authorization: Basic YW5uYTpwQHNz\r\n" in requests[0]


def test_a_password_does_not_follow_a_redirect_to_another_server(loopback):
    with serving(said(body=b"x")) as (other, heard), serving(said("302 Found", Location=other)) as (url, _):
        fetch(url.replace("http://", "http://anna:pass@"), limit=LIMIT)
    assert len(heard) == 1 and b"authorization" not in heard[0].lower()


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "204 No Content"])
def test_any_answer_but_success_is_told(loopback, status):
    with serving(said(status)) as (url, _):
        assert refusal(url) == f"The server answered {status[:3]}."


def test_a_server_that_hangs_is_given_up(loopback):
    with serving(lambda connection, request: time.sleep(5)) as (url, _):
        began = time.monotonic()
        assert "too long" in refusal(url, within=0.3)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_server_that_drips_is_given_up(loopback, head):
    def drip(connection, request):
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    with serving(drip) as (url, _):
        began = time.monotonic()
        assert "too long" in refusal(url, within=0.4)
    assert time.monotonic() - began < 2


def test_an_answer_that_is_too_large_is_broken_off(loopback):
    def pour(connection, request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with serving(pour) as (url, _):
        assert "larger than 97 KiB" in refusal(url)


def test_an_answer_of_just_the_limit_is_read(loopback):
    with serving(said(body=b"x" * LIMIT)) as (url, _):
        assert len(fetch(url, limit=LIMIT)) == LIMIT


def test_an_answer_that_ends_too_early_is_told(loopback):
    with serving(said(body=b"whole")[:-2]) as (url, _):
        assert "broke off" in refusal(url)


def test_a_packed_answer_is_unpacked(loopback):
    with serving(said(body=gzip.compress(b"whole"), Content_Encoding="gzip")) as (url, _):
        assert fetch(url, limit=LIMIT) == b"whole"


def test_a_small_answer_that_unpacks_into_a_huge_one_is_not_unpacked(loopback):
    bomb = gzip.compress(bytes(50_000_000))
    with serving(said(body=bomb, Content_Encoding="gzip")) as (url, _):
        assert "larger than" in refusal(url)


@pytest.mark.parametrize(
    ("body", "packing"), [(b"no gzip", "gzip"), (gzip.compress(b"whole")[:-9], "gzip"), (b"x", "br")]
)
def test_a_packed_answer_that_cannot_be_unpacked_is_told(loopback, body, packing):
    with serving(said(body=body, Content_Encoding=packing)) as (url, _):
        assert refusal(url)


def test_a_server_that_speaks_something_else_is_told(loopback):
    with serving(b"SSH-2.0-OpenSSH_9.2\r\n") as (url, _):
        assert "broke off" in refusal(url)


def test_a_server_without_a_certificate_is_told(loopback):
    with serving(b"plain words\r\n") as (url, _):
        assert refusal(url.replace("http://", "https://"))


def test_proxies_named_in_the_environment_are_not_asked(loopback, monkeypatch):
    with serving(said(body=b"proxy")) as (proxy, asked), serving(said(body=b"server")) as (url, _):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("ALL_PROXY", proxy)
        assert fetch(url, limit=LIMIT) == b"server"
    assert asked == []
