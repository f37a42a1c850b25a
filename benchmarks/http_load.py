"""A client that costs little: some connections kept open, one thread, as many requests as they can carry."""

import selectors
import socket
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle, islice
from time import perf_counter
from typing import NamedTuple


class Answered(NamedTuple):
    """How many requests were answered per second, and how long each took, in seconds."""

    rate: float
    seconds: list[float]


class _Connection:
    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.received = requests, b""

    def send(self) -> bool:
        """Send the next request; tell whether there was one."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.began, self.received = perf_counter(), b""
        self.socket.sendall(request)
        return True

    def is_answered(self) -> bool:
        """Receive, and tell whether the answer is there as a whole; anything but 2xx is an error."""
        self.received += self.socket.recv(262_144)
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return False
        if b" 20" not in head[:16]:
            raise RuntimeError(self.received[:500].decode())
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return len(body) >= length


def get(port: int, paths: list[str], headers: Mapping[str, str], count: int, connections: int = 4) -> Answered:
    """Ask for paths in turn, `count` times in all, with one request under way on each connection."""
    made = [_request("GET", path, headers) for path in paths]
    return _answered(port, islice(cycle(made), count), connections)


def post(port: int, path: str, body: bytes, headers: Iterable[Mapping[str, str]], connections: int = 4) -> Answered:
    """Post a body once for each of the headers, with one request under way on each connection."""
    length = {"Content-Length": str(len(body))}
    return _answered(port, (_request("POST", path, {**one, **length}) + body for one in headers), connections)


def _request(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()


def _answered(port: int, requests: Iterator[bytes], connections: int) -> Answered:
    seconds: list[float] = []
    selector, started = selectors.DefaultSelector(), perf_counter()
    for one in [_Connection(port, requests) for _ in range(connections)]:
        one.send()
        selector.register(one.socket, selectors.EVENT_READ, one)
    while selector.get_map():
        for key, _ in selector.select():
            if key.data.is_answered():
                seconds.append(perf_counter() - key.data.began)
                if not key.data.send():
                    selector.unregister(key.fileobj)
                    key.data.socket.close()
    return Answered(len(seconds) / (perf_counter() - started), seconds)
