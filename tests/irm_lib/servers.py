"""Servers on this machine that answer as servers out there do, and as they should not."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

Answering = Callable[[socket.socket, bytes], None]


def said(status: str = "200 OK", body: bytes = b"", **headers: object) -> bytes:
    """An answer as it goes over the line; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serving(answer: bytes | Answering) -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that answers everything alike, and the requests it has read."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                Thread(target=attend, args=(connection,), daemon=True).start()

        def attend(connection: socket.socket) -> None:
            with connection:
                request = connection.recv(65536)
                requests.append(request)
                try:
                    answer(connection, request) if callable(answer) else connection.sendall(answer)
                except OSError:
                    return  # the other side has heard enough

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
        listener.shutdown(socket.SHUT_RDWR)
