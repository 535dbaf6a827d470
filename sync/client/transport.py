"""The only place that speaks HTTP. Turns whatever the network does into a sentence for the person."""

from __future__ import annotations

import contextlib
import email.utils
import ipaddress
import json
import logging
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3.util
import zstandard

from sync.protocol import MAX_INFLATED, VERSION, Problem
from wimdesk.errors import Cancelled, ClockWrong, NoConnection, NotAnAnswer, Refused, SyncProblem
from wimdesk.i18n import N_, _

M = TypeVar("M", bound=msgspec.Struct)
Lines = weakref.WeakSet[socket.socket]
Watch = Callable[[int], None]
"""Told how many bytes went; raises to stop."""
log = logging.getLogger(__name__)
_CONNECT_SECONDS, _SILENCE_SECONDS = 10, 30
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_DAY = 24 * 3600
_PIECE, _BUFFER = 4096, 65536
_HELD = 16 * 1024
"""Bytes of a file that the system may hold ready to send; some systems take twice as many."""
_MOST_SAID = 64 * 1024
"""Bytes of a refusal that are read."""
_SMALL = 120  # below this, compressing only adds

SENTENCES = {
    Problem.MALFORMED: N_("The other side did not understand the message. Nothing is lost. Please update WIMDesk."),
    Problem.TOO_LARGE: N_("One message was too large. Nothing is lost. Please tell the Secretariat."),
    Problem.VERSION_UNSUPPORTED: N_("The Secretariat uses a newer version. Nothing is lost. Please update WIMDesk."),
    Problem.TOO_MANY_OPS: N_("Too many changes at once. Nothing is lost. Please sync again."),
    Problem.CODE_UNKNOWN: N_("This code is not known. Nothing was changed. Check each letter, or ask for a new code."),
    Problem.CODE_USED: N_("This code was used already. Nothing was changed. Ask the Secretariat for a new one."),
    Problem.CODE_EXPIRED: N_("This code is too old. Nothing was changed. Ask the Secretariat for a new one."),
    Problem.CODE_LOCKED: N_("This code was tried too often. Nothing was changed. Ask the Secretariat for a new one."),
    Problem.TOKEN_NEEDED: N_("The Secretariat does not know this computer. Your data is safe here. Enrol again."),
    Problem.DEVICE_REVOKED: N_("This computer may no longer sync. Your data is safe here. Ask your coordinator."),
    Problem.SIGNATURE_WRONG: N_("A message was damaged on the way. Nothing is lost. Please sync again."),
    Problem.SPACE_FORBIDDEN: N_("Your role may not write this. It stays on this computer. Ask your coordinator."),
    Problem.OWNER_FORBIDDEN: N_("This belongs to another organisation. It stays on this computer only."),
    Problem.NUMBERS_NOT_IN_ORDER: N_("Some changes did not arrive in order. Nothing is lost. Please sync again."),
    Problem.GENERATION_CHANGED: N_("The Secretariat's data was restored. Nothing here is lost. Please tell them."),
    Problem.NUMBERS_USED: N_("This profile is a copy of another one. Nothing is lost. Please sync again."),
    Problem.FOLLOWS_REFUSED: N_("An earlier change was refused. Nothing is lost. WIMDesk sends both again."),
    Problem.READ_FIRST: N_("Others were faster. Nothing is lost. WIMDesk reads first, then sends."),
    Problem.NOT_FOR_US: N_("The Secretariat can't open this file. Nothing is lost. Please save a new one."),
    Problem.MUST_BE_SEALED: N_("What is private was not locked. Nothing is lost. Please update WIMDesk."),
    Problem.KEY_FORBIDDEN: N_("This computer may not let others in. Nothing was changed. Ask a coordinator."),
    Problem.KEY_OTHER: N_("Your organisation has another key by now. Nothing is lost. Please sync again."),
    Problem.ERASE_FORBIDDEN: N_("This computer may not erase records. Nothing was erased. Ask a coordinator."),
    Problem.TOO_OFTEN: N_("Too many tries in a short time. Nothing is lost. Please wait some minutes."),
    Problem.FILE_UNKNOWN: N_("The Secretariat does not have this file yet. It comes when its author has synced."),
    Problem.FILE_ELSEWHERE: N_("A file did not arrive in order. Nothing is lost. Please sync again."),
    Problem.FILE_WRONG: N_("A file was damaged on the way and dropped there. It is safe here. Please sync again."),
    Problem.NO_ROOM: N_("The Secretariat has no room for this file. It stays on this computer. Remove some files."),
    Problem.FILES_TOO_OFTEN: N_("Many files were sent within an hour. The others stay here and go later."),
    Problem.RANGE_OUTSIDE: N_("A file is shorter there than here. Nothing is lost. Please sync again."),
    Problem.BUSY: N_("The Secretariat's endpoint has a problem. Nothing is lost. Please try again later."),
}
REFUSED = N_("The Secretariat's endpoint refused. Nothing is lost. Please try again later.")
"""What any other number means: an endpoint that is newer, or broken."""


_OLDER = N_("The Secretariat uses an older version. Nothing is lost. Please ask it to update.")


def sentence_for(number: int) -> str:
    """Return what a numbered refusal means, in the current language."""
    known = {int(problem): text for problem, text in SENTENCES.items()}
    return _(known.get(number, REFUSED))


@dataclass
class Traffic:
    """What went over the wire: bytes of heads and bodies, and round trips."""

    up: int = 0
    down: int = 0
    requests: int = 0


class Transport:
    """A kept connection to one endpoint."""

    def __init__(self, url: str, carrier: requests.adapters.BaseAdapter | None = None) -> None:
        """Connect to the address. `carrier` takes the place of the network, where there is none."""
        self.url = checked_url(url)
        self.traffic = Traffic()
        self._lines: Lines = weakref.WeakSet()
        self._let_go = threading.Event()
        self._http = requests.Session()
        # Or what stands in somebody's .netrc would go out in the place of our token.
        self._http.auth = _as_it_is
        self._http.mount(self.url, carrier or _Noting(self._lines))
        if carrier is None:
            self._http.mount(f"{self.url}/v1/files/", _Careful(self._lines))
        # Every byte counts on a satellite hour: no header that nobody reads.
        self._http.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": urllib3.util.SKIP_HEADER, "Accept-Encoding": urllib3.util.SKIP_HEADER}
        )

    def begin(self) -> None:
        """Count from nothing, and speak again after `let_go`."""
        self.traffic = Traffic()
        self._let_go.clear()

    def let_go(self) -> None:
        """Hang up, from any thread: what is under way raises Cancelled, also where the other side has fallen silent."""
        self._let_go.set()
        for line in list(self._lines):
            with contextlib.suppress(OSError):  # it may be closed already
                # Not the one of ssl: that takes the session away from whoever reads at this moment.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def post(self, path: str, message: msgspec.Struct, answer: type[M], token: str = "") -> M:
        """Send a message and return the answer. Raises NoConnection, ClockWrong, Refused or SyncProblem."""
        plain = msgspec.msgpack.encode(message)
        body = zstandard.compress(plain) if len(plain) > _SMALL else plain
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        raw = b"".join(self._exchange(path, _Body(body, _unwatched), headers))
        try:
            return msgspec.msgpack.decode(_inflated(raw), type=answer)
        except (msgspec.DecodeError, zstandard.ZstdError, ValueError, RecursionError) as error:
            raise damaged() from error

    def stream(self, path: str, body: bytes, token: str, watch: Watch) -> Iterator[bytes]:
        """Send a body and yield the answer as it arrives.

        `watch` is told how many bytes of the body went, again and again. Raises as `post`, and what `watch` raises.
        """
        yield from self._exchange(path, _Body(body, watch), {"Authorization": f"Bearer {token}"})

    def carry(self, path: str, body: bytes, watch: Watch) -> bytes:
        """Send somebody's body without saying who we are and return the answer as it came. Raises as `stream`."""
        return b"".join(self._exchange(path, _Body(body, watch), {}))

    def file_state(self, path: str, token: str) -> int:
        """Return how many bytes of a file the endpoint has from us; -1 where it is whole. Raises as `post`."""
        headers = {"Authorization": f"Bearer {token}"}
        with self._answered("HEAD", path, _Body(b"", _unwatched), headers, good=(404,)) as response:
            _nothing = response.content
            if response.status_code == 404:
                return 0
            told = response.headers.get("Upload-Offset", "")
            return -1 if response.headers.get("Upload-Complete") == "?1" else _counted(told)

    def send_file(self, path: str, body: Sized, at: int, size: int, token: str) -> None:
        """Send what follows byte `at` of a file of `size` bytes. Raises as `post`, and what the body raises."""
        headers = {"Authorization": f"Bearer {token}", "Upload-Offset": str(at), "Upload-Length": str(size)}
        with self._answered("PATCH", path, body, headers) as response:
            _nothing = response.content

    def remove_file(self, path: str, token: str) -> None:
        """Have a file removed; one that is not there is as good. Raises as `post`."""
        headers = {"Authorization": f"Bearer {token}"}
        with self._answered("DELETE", path, _Body(b"", _unwatched), headers, good=(404,)) as response:
            _nothing = response.content

    def fetch_file(self, path: str, etag: str, at: int, token: str, watch: Watch) -> tuple[int, Iterator[bytes]]:
        """Ask for what follows byte `at` of a file; return where what comes begins, and what comes.

        Raises as `post`, also while it comes, and what `watch` raises; it is told how many bytes came.
        """
        headers = {"Authorization": f"Bearer {token}"}
        if at:
            headers |= {"Range": f"bytes={at}-", "If-Range": f'"{etag}"'}
        coming = self._coming(path, headers, watch)
        return at if next(coming) == b"206" else 0, coming

    def _coming(self, path: str, headers: dict[str, str], watch: Watch) -> Iterator[bytes]:
        """Yield the status, then the body: whoever asks has to know first what the body is a part of."""
        with self._answered("GET", path, _Body(b"", _unwatched), headers) as response:
            came = 0
            yield str(response.status_code).encode()
            for piece in _pieces(response):
                came += len(piece)
                self.traffic.down += len(piece)
                watch(came)
                yield piece

    def _exchange(self, path: str, body: _Body, headers: dict[str, str]) -> Iterator[bytes]:
        with self._answered("POST", path, body, headers) as response:
            for piece in _pieces(response):
                self.traffic.down += len(piece)
                body.check()
                yield piece

    @contextlib.contextmanager
    def _answered(
        self, method: str, path: str, body: Sized, headers: dict[str, str], good: tuple[int, ...] = ()
    ) -> Iterator[requests.Response]:
        """Send a request and give the answer while its body is on the way; turn what goes wrong into a sentence."""
        if self._let_go.is_set():
            raise Cancelled  # a new line would not be hung up
        try:
            response = self._http.request(
                method, self.url + path, data=_Counted(body, self.traffic), headers=headers, stream=True,
                timeout=(_CONNECT_SECONDS, _SILENCE_SECONDS), allow_redirects=False,
            )  # fmt: skip
            with contextlib.closing(response):  # what is not read would stand before the next answer
                self._count(response)
                if response.status_code >= 300 and response.status_code not in good:
                    raise _explained(response, self.traffic)
                yield response
                if self._let_go.is_set():
                    raise Cancelled  # what came may be only a part
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if self._let_go.is_set():
                raise Cancelled from error
            if isinstance(error, requests.exceptions.SSLError):
                raise self._explain_tls() from error
            log.info("no connection: %s", type(error).__name__)
            raise NoConnection(
                _("There is no connection to the Secretariat now. All you typed is saved on this computer.")
            ) from error

    def _count(self, response: requests.Response) -> None:
        request = response.request
        head = sum(len(k) + len(v) + 4 for k, v in request.headers.items()) + len(request.path_url) + 17
        head += len(urlsplit(self.url).netloc) + 8
        self.traffic.up += head
        self.traffic.down += sum(len(k) + len(v) + 4 for k, v in response.headers.items()) + 19
        self.traffic.requests += 1

    def _explain_tls(self) -> SyncProblem:
        """Ask for the endpoint's time without trusting it for anything else: a wrong clock breaks TLS."""
        parts = urlsplit(self.url)
        try:
            answer = requests.head(f"http://{parts.hostname}", timeout=5, allow_redirects=False)
            theirs = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
        except (requests.exceptions.RequestException, ValueError, TypeError):
            theirs = datetime.now(UTC)
        if abs(theirs.timestamp() - time.time()) > _DAY:
            shown = datetime.now().astimezone().date().isoformat()
            return ClockWrong(
                _("This computer's clock is wrong: it shows {date}. Nothing is lost. Set the clock, then sync.").format(
                    date=shown
                )
            )
        return SyncProblem(
            _("The secure connection failed. Nothing was sent and nothing is lost. Ask your helper about the network.")
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


def damaged() -> NotAnAnswer:
    """Return the sentence for an answer that makes no sense."""
    return NotAnAnswer(_("The answer arrived damaged. Nothing is lost. WIMDesk will ask again."))


def checked_url(text: str) -> str:
    """Return the endpoint's address without a slash at its end.

    Raises SyncProblem for anything but HTTPS; plain HTTP is for this computer itself only.
    """
    url = text.strip().rstrip("/")
    if any(sign.isspace() for sign in url):
        raise SyncProblem(_("This is no address. Nothing was changed. Type it as the Secretariat gave it."))
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host = ""
        parts = urlsplit("")
    if parts.scheme == "https" and host:
        return url
    if parts.scheme == "http" and _is_loopback(host):
        return url
    raise SyncProblem(
        _("This address can't be used: it must begin with https://. Nothing was changed. Check the address.")
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _counted(told: str) -> int:
    """Read a number that the endpoint says."""
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        raise damaged()
    return int(told)


class Sized(Protocol):
    """A body whose length is known before it is sent."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...


class _Noting(requests.adapters.HTTPAdapter):
    """Notes each line that is opened, so that somebody else can hang up."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        """Make the connections; called by requests."""
        super().init_poolmanager(connections, maxsize, block, **more)
        self.poolmanager.pool_classes_by_scheme = _pools(self._lines)


def _pools(lines: Lines) -> dict[str, type[urllib3.HTTPConnectionPool]]:
    class Plain(urllib3.connection.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            lines.add(self.sock)

    class Secure(urllib3.connection.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            lines.add(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Careful(_Noting):
    """Lets the system hold little of what is sent: the rest can be stopped while a slow line takes it."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        """Make the connections; called by requests."""
        held = (socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD)
        usual = urllib3.connection.HTTPConnection.default_socket_options
        super().init_poolmanager(connections, maxsize, block, socket_options=[*usual, held], **more)


class _Body:
    """A body that is sent in small pieces: the time-out then counts from the last one that went, and it can be stopped.

    `requests` takes its length from `len` and its pieces from iterating.
    """

    def __init__(self, content: bytes, watch: Watch) -> None:
        self._content = content
        self._watch = watch

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._content), _PIECE):
            self._watch(at)
            yield self._content[at : at + _PIECE]

    def check(self) -> None:
        """Let the watcher stop it also while the answer arrives."""
        self._watch(len(self._content))


class _Counted:
    """A body of which each piece is counted as it goes: what went before a cut was used too."""

    def __init__(self, body: Sized, traffic: Traffic) -> None:
        self._body = body
        self._traffic = traffic

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._traffic.up += len(piece)
            yield piece


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _unwatched(_sent: int) -> None:
    """For what is too short to be watched."""


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it arrives, not only when a whole buffer is full."""
    size = 0
    while piece := response.raw.read1(_BUFFER):
        size += len(piece)
        if size > MAX_INFLATED:
            response.close()
            raise SyncProblem(_("The answer is too large. Nothing is lost. Please tell the Secretariat."))
        yield piece


def _explained(response: requests.Response, traffic: Traffic) -> SyncProblem:
    if response.status_code < 400:  # an endpoint never sends anybody elsewhere; the page of a public network does
        response.close()
        return NotAnAnswer(
            _("Something else answered in the Secretariat's place. Nothing is lost. Sign in to the network, then sync.")
        )
    if response.status_code < 500:
        with response:
            said = response.raw.read(_MOST_SAID)
        traffic.down += len(said)
        if not said and response.status_code == 401:  # the answer to HEAD has no body
            return Refused(Problem.TOKEN_NEEDED, sentence_for(Problem.TOKEN_NEEDED))
        return _refusal(said)
    response.close()
    return SyncProblem(_("The Secretariat's endpoint has a problem. Nothing is lost. Please try again later."))


def _inflated(raw: bytes) -> bytes:
    if not raw.startswith(_ZSTD_MAGIC):
        return raw
    with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(raw) as reader:
        plain: bytes = reader.read(MAX_INFLATED + 1)
    if len(plain) > MAX_INFLATED:
        raise ValueError("the answer inflates beyond its limit")
    return plain


def _refusal(raw: bytes) -> Refused:
    try:
        found = json.loads(raw)
        number, wipe = int(found["error"]), bool(found.get("wipe"))
        order = bytes.fromhex(found.get("order", ""))
        is_older = number == Problem.VERSION_UNSUPPORTED and int(found.get("version", VERSION)) < VERSION
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        number, wipe, order, is_older = 0, False, b"", False
    return Refused(number, _(_OLDER) if is_older else sentence_for(number), wipe=wipe, order=order)
