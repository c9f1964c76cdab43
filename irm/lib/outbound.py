"""The only way out over HTTP: to public addresses, within a time and a size.

Whoever names an address could otherwise have irm read what only its own network may. So a name is resolved here, each
of its addresses is judged, and the connection is made to the very address that was judged: a name that resolves
differently a moment later changes nothing. Redirects go through all of this again.
"""

import socket
import ssl
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any
from urllib.parse import unquote

import certifi
import httpcore
import httpx
from django.conf import settings

MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
WITHIN_S = 10.0
CARRIES_IPV4 = IPv6Network("64:ff9b::/96")  # how hosts without IPv4 reach it
TOO_SLOW = "The server took too long to answer."

Address = IPv4Address | IPv6Address


class OutboundError(Exception):
    """Nothing usable came back; the text says why, in words for a person, without the address."""


def fetch(url: str, *, limit: int, within: float = WITHIN_S) -> bytes:
    """The body found at `url`, at most `limit` bytes, after `within` seconds at most. Raises OutboundError."""
    deadline = monotonic() + within
    target, credentials = _without_credentials(_parsed(url))
    with _spoken(), httpcore.ConnectionPool(_tls(), network_backend=_GuardedNetwork(deadline)) as pool:
        for _ in range(MOST_REDIRECTS + 1):
            with pool.stream(b"GET", _core_url(target), headers=_headers(target, credentials)) as answer:
                if answer.status not in REDIRECTS:
                    return _body(answer, limit)
                following = _without_credentials(_location(target, answer))[0]
            if not _is_same_origin(target, following):
                credentials = ""
            target = following
    raise OutboundError("The server redirects too often.")


def may_be_reached(address: Address) -> bool:
    """Whether it is public, or in a network that the settings allow."""
    carried = _carried(address)
    if carried is not None:
        return may_be_reached(carried)
    if any(address in network for network in settings.OUTBOUND_ALLOWED_NETWORKS):
        return True
    is_tunnel = isinstance(address, IPv6Address) and (address.sixtofour or address.teredo or address.is_site_local)
    return address.is_global and not (address.is_multicast or address.is_reserved or is_tunnel)


def _carried(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return None
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in CARRIES_IPV4 else address.ipv4_mapped


class _GuardedNetwork(httpcore.NetworkBackend):
    """Connects to addresses that may be reached, and lets nothing take longer than the deadline."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception | None = None
        for address in _reachable(_resolve(host, port, _left(self.deadline))):
            try:
                stream = self.network.connect_tcp(str(address), port, _left(self.deadline))
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _TimedStream(stream, self.deadline)
        raise failure or OutboundError("The server's name has no address.")


@dataclass(frozen=True, slots=True)
class _TimedStream(httpcore.NetworkStream):
    """A connection of which no single step, and so not all of them, outlasts the deadline."""

    stream: httpcore.NetworkStream
    deadline: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, _left(self.deadline))
        return _TimedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise OutboundError(TOO_SLOW)
    return left


def _resolve(host: str, port: int, within: float) -> list[Address]:
    """All addresses of a name. In a thread of its own, for the system's resolver knows no deadline."""
    answers: SimpleQueue[list[Any] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=within)
    except Empty:
        raise OutboundError(TOO_SLOW) from None
    if isinstance(found, OSError):
        raise OutboundError("The server's name cannot be found.") from found
    return [ip_address(sockaddr[0]) for *_, sockaddr in found]


def _reachable(addresses: list[Address]) -> list[Address]:
    allowed = [address for address in dict.fromkeys(addresses) if may_be_reached(address)]
    if addresses and not allowed:
        raise OutboundError("The server is in a private network, which irm may not read from.")
    return allowed


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()  # what the host trusts, a company's own authority perhaps
    context.load_verify_locations(certifi.where())
    return context


@contextmanager
def _spoken() -> Iterator[None]:
    """What the network's own errors mean to a person."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise OutboundError(TOO_SLOW) from error
    except httpcore.ConnectError as error:
        is_tls = isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error)
        words = "The server's certificate is not valid." if is_tls else "The server does not accept the connection."
        raise OutboundError(words) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise OutboundError("The server broke off its answer.") from error


def _parsed(url: str) -> httpx.URL:
    try:
        return _checked(httpx.URL(url))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise OutboundError("This is not an address that can be read from.") from error


def _location(target: httpx.URL, answer: httpcore.Response) -> httpx.URL:
    location = dict(_lowered(answer)).get(b"location", b"")
    try:
        return _checked(target.join(location.decode("ascii")))
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise OutboundError("The server redirects to something that is no address.") from error


def _checked(url: httpx.URL) -> httpx.URL:
    if url.scheme not in {"http", "https"}:
        raise OutboundError("Only addresses that begin with http:// or https:// can be read.")
    if not url.raw_host:
        raise OutboundError("The address names no server.")
    return url


def _without_credentials(url: httpx.URL) -> tuple[httpx.URL, str]:
    """The address without its “user:password@”, and that as the value of a header."""
    if not url.userinfo:
        return url, ""
    said = b64encode(unquote(url.userinfo.decode("ascii")).encode()).decode()
    return url.copy_with(userinfo=b""), f"Basic {said}"


def _is_same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.raw_host, one.port) == (other.scheme, other.raw_host, other.port)


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _headers(url: httpx.URL, credentials: str) -> list[tuple[bytes, bytes]]:
    headers = [(b"Host", url.netloc), (b"User-Agent", f"irm/{settings.VERSION}".encode())]
    headers += [(b"Accept", b"*/*"), (b"Accept-Encoding", b"gzip")]
    return [*headers, (b"Authorization", credentials.encode())] if credentials else headers


def _lowered(answer: httpcore.Response) -> Iterator[tuple[bytes, bytes]]:
    return ((name.lower(), value) for name, value in answer.headers)


def _body(answer: httpcore.Response, limit: int) -> bytes:
    """The whole body; not unpacked further than the limit."""
    if answer.status != 200:
        raise OutboundError(f"The server answered {answer.status}.")
    packing = dict(_lowered(answer)).get(b"content-encoding", b"identity").lower()
    if packing not in {b"identity", b"gzip"}:
        raise OutboundError("The server packs its answer in a way that irm does not read.")
    unpacker = zlib.decompressobj(wbits=31) if packing == b"gzip" else None
    body = bytearray()
    for chunk in answer.iter_stream():
        try:
            body += unpacker.decompress(chunk, limit + 1 - len(body)) if unpacker else chunk
        except zlib.error as error:
            raise OutboundError("The server's answer is damaged.") from error
        if len(body) > limit:
            raise OutboundError(f"The answer is larger than {limit // 1024:,} KiB.")
    if unpacker and not unpacker.eof:
        raise OutboundError("The server broke off its answer.")
    return bytes(body)
