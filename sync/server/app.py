"""The routes of the endpoint: HTTP in, HTTP out; what they mean is decided elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

import msgspec
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sync.erasures import EraseRequest, EraseResponse
from sync.frames import Press, packed
from sync.protocol import VERSION, EnrolRequest, KeysRequest, KeysResponse, NonceRequest, Problem, TokenRequest
from sync.server import body, bundles, enrolment, erasing, files, keys, metrics, tokens
from sync.server.attempts import Attempts
from sync.server.databases import answers
from sync.server.exchange import Exchange
from sync.server.refusals import Refused
from sync.server.roles import Device
from sync.server.routes import PATHS, ROUTES, Caller, Row
from sync.server.store import Store

MEDIA_TYPE = "application/x-wimdesk"
FAILED_ATTEMPTS = 20
"""Wrong codes and signatures that one address may send within an hour."""
_GUESSES = frozenset(
    {
        Problem.CODE_UNKNOWN, Problem.CODE_USED, Problem.CODE_EXPIRED, Problem.CODE_LOCKED, Problem.SIGNATURE_WRONG,
        Problem.NOT_FOR_US,
    }
)  # fmt: skip
"""What somebody hears who does not know what they claim to know; all else is nobody's fault, or was proved."""
_PATIENCE = 5
"""Seconds."""
_BROUGHT, _BROUGHT_BY_ONE = 16, 4
"""Files of changes that are taken in at a time, and from one address: anybody may bring one, and each is held whole."""
_SHORT = 48 * 1024
"""Bytes of an answer, before it is compressed, that is not sent piece by piece."""
_LONG = 1 << 20

T = TypeVar("T")
log = logging.getLogger(__name__)
_enrol_request = msgspec.msgpack.Decoder(EnrolRequest)
_erase_request = msgspec.msgpack.Decoder(EraseRequest)
_keys_request = msgspec.msgpack.Decoder(KeysRequest)
_nonce_request = msgspec.msgpack.Decoder(NonceRequest)
_token_request = msgspec.msgpack.Decoder(TokenRequest)


class Endpoint:
    """The routes over one store."""

    def __init__(self, store: Store, attempts: Attempts, limits: files.Limits) -> None:
        self._store = store
        self._attempts = attempts
        self._limits = limits
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._brought: Counter[str] = Counter()

    def routes(self) -> list[Route]:
        """Return what the list of routes says, and nothing else."""
        return [Route(row.path, self._guarded(row), methods=[row.method]) for row in ROUTES]

    def _guarded(self, row: Row) -> Callable[[Request], Awaitable[Response]]:
        """Let through only who may call this route, before a byte of the body is looked at."""
        work: Callable[[Request, Row], Awaitable[Response]] = getattr(self, row.work)

        async def answer(request: Request) -> Response:
            return await metrics.watched(row.work, lambda: in_turn(request))

        async def in_turn(request: Request) -> Response:
            if row.work == "sync":
                # In the order in which they came, also where somebody only looks slowly who it is.
                async with _patiently(self._turns.setdefault(_authorization(request).encode(), asyncio.Lock())):
                    return await enter(request)
            return await enter(request)

        async def enter(request: Request) -> Response:
            if row.caller is Caller.ENROLLED:
                request.state.device = await run_in_threadpool(tokens.caller, self._store, _authorization(request))
            if not row.counts_failures:
                return await work(request, row)
            return await self._counted(request, lambda: work(request, row))

        return answer

    async def enrol(self, request: Request, row: Row) -> Response:
        """A one-time code becomes a device."""
        sent = await body.received(request, row.most_bytes)
        return await _replied(
            lambda: enrolment.enrol(self._store, body.opened(body.inflated(sent, row.most_bytes), _enrol_request))
        )

    async def nonce(self, request: Request, row: Row) -> Response:
        """Something fresh to sign."""
        sent = await body.received(request, row.most_bytes)
        wanted = body.opened(body.inflated(sent, row.most_bytes), _nonce_request)
        return _packed(tokens.nonce(self._store, wanted.device))

    async def token(self, request: Request, row: Row) -> Response:
        """A signed nonce becomes a token."""
        sent = await body.received(request, row.most_bytes)
        return await _replied(
            lambda: tokens.sign_in(self._store, body.opened(body.inflated(sent, row.most_bytes), _token_request))
        )

    async def sync(self, request: Request, row: Row) -> Response:
        """Push and pull."""
        device: Device = request.state.device
        signed_in = functools.partial(tokens.device_of, self._store, header=_authorization(request))
        exchange, last = Exchange(self._store, device, signed_in), b""
        try:
            async for part, more in body.parts(request, row.most_bytes):
                if more:
                    await run_in_threadpool(exchange.receive, part)
                else:
                    last = part
        except (ClientDisconnect, Refused):
            await run_in_threadpool(exchange.keep)
            raise
        # As a rule this is all of it: to go to another thread and back costs as much as a question to the database.
        return await run_in_threadpool(_ended, exchange, last)

    async def bundle(self, request: Request, row: Row) -> Response:
        """Push and pull for whoever signed the file; who brings it can't read it, nor what it gets for it."""
        with self._bringing(_address(request)):
            sent = await body.received(request, row.most_bytes)
            found = await run_in_threadpool(bundles.believed, self._store, sent)
            async with _patiently(self._turns.setdefault(found.device.id, asyncio.Lock())):
                answer = await run_in_threadpool(bundles.answered, self._store, found)
        return Response(answer, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    async def file(self, request: Request, row: Row) -> Response:
        """A file or the rest of it; to HEAD, how much of it this organisation has sent."""
        device, place = await run_in_threadpool(self._visitor, request)
        if request.method == "HEAD":
            state = await run_in_threadpool(self._read_as, device, files.arrived, place)
            return _upload_state(*state)
        owner, size = await run_in_threadpool(self._read_as, device, files.found, place)
        asked, condition = request.headers.get("range", ""), request.headers.get("if-range", "")
        part = files.wanted(asked, condition, place, size)
        first, end = part or (0, size)
        headers = _file_headers(place) | {"Content-Length": str(end - first)}
        if part:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
        content = files.contents(self._store, device.id, place, owner, first, end)
        return StreamingResponse(content, 206 if part else 200, headers, "application/octet-stream")

    async def file_part(self, request: Request, row: Row) -> Response:
        """The next part of a file; what arrives before the line is cut is kept."""
        device, place = await run_in_threadpool(self._visitor, request)
        size, at = _number(request, "upload-length"), _number(request, "upload-offset")
        signed_in = functools.partial(tokens.device_of, self._store, header=_authorization(request))
        upload = files.Upload(self._store, signed_in, place, self._limits)
        async with _patiently(self._turns.setdefault(device.id + place.digest, asyncio.Lock())):
            await run_in_threadpool(upload.begin, device, size, at)
            try:
                async for part, _more in body.parts(request, row.most_bytes):
                    await run_in_threadpool(upload.take, part)
            except (ClientDisconnect, Refused):
                await run_in_threadpool(upload.keep)
                raise
            arrived = await run_in_threadpool(upload.finish)
        return _upload_state(arrived, size, arrived == size, 204)

    async def file_removed(self, request: Request, row: Row) -> Response:
        """A file goes."""
        device, place = await run_in_threadpool(self._visitor, request)
        await run_in_threadpool(
            self._store.write, lambda connection: files.remove(connection, device, place, self._store.now()), device.id
        )
        return Response(status_code=204)

    async def keys(self, request: Request, row: Row) -> Response:
        """Who has which key of the organisation."""
        authorization = _authorization(request)
        sent = await body.received(request, row.most_bytes)
        wanted = body.opened(body.inflated(sent, row.most_bytes), _keys_request)

        def work(connection: Connection) -> KeysResponse:
            device = tokens.device_of(self._store, connection, authorization)
            return keys.tend(connection, device, wanted, self._store.now())

        return await _replied(lambda: self._store.write(work, request.state.device.id))

    async def erase(self, request: Request, row: Row) -> Response:
        """Boxes in the place of others, and receipts for what was erased."""
        authorization = _authorization(request)
        sent = await body.received(request, row.most_bytes)
        wanted = body.opened(body.inflated(sent, row.most_bytes), _erase_request)

        def work(connection: Connection) -> EraseResponse:
            device = tokens.device_of(self._store, connection, authorization)
            return erasing.tend(connection, self._store.sign, device, wanted, self._store.now())

        def tended() -> EraseResponse:
            done = self._store.write(work, request.state.device.id)
            if wanted.resealed or wanted.done:
                self._store.note_erased([])
            return done

        return await _replied(tended)

    async def health(self, request: Request, row: Row) -> Response:
        """Whether the endpoint and its database answer."""
        await run_in_threadpool(self._touch)
        return _json({"status": "ok", "version": VERSION})

    async def _counted(self, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
        """Wait for what somebody could try over and over; wrong guesses count against the address."""
        address = _address(request)
        await run_in_threadpool(self._attempts.check, address)
        try:
            return await work()
        except Refused as refusal:
            if refusal.problem in _GUESSES:
                await run_in_threadpool(self._attempts.failed, address)
            raise

    @contextlib.contextmanager
    def _bringing(self, address: str) -> Iterator[None]:
        """Take in no more files at a time than there is room for in memory. Raises Refused (BUSY)."""
        if self._brought.total() >= _BROUGHT or self._brought[address] >= _BROUGHT_BY_ONE:
            raise Refused(Problem.BUSY)
        self._brought[address] += 1
        try:
            yield
        finally:
            self._brought -= Counter([address])

    def _visitor(self, request: Request) -> tuple[Device, files.Place]:
        """Who asks for which file. A computer that was removed gets none."""
        place = files.Place.of(request.path_params["space"], request.path_params["digest"])
        header = _authorization(request)
        device = self._store.read(lambda connection: tokens.device_of(self._store, connection, header))
        return device, place

    def _read_as(self, device: Device, work: Callable[[Connection, Device, files.Place], T], place: files.Place) -> T:
        return self._store.read(lambda connection: work(connection, device, place), device.id)

    def _touch(self) -> None:
        self._store.read(answers)


@contextlib.asynccontextmanager
async def _patiently(turn: asyncio.Lock) -> AsyncIterator[None]:
    """Wait a little for a device's earlier request, cut off perhaps: what it brought is then known to this one."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await turn.acquire()
    except TimeoutError:
        yield
        return
    try:
        yield
    finally:
        turn.release()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


async def _replied(work: Callable[[], msgspec.Struct]) -> Response:
    return _packed(await run_in_threadpool(work))


def _packed(message: msgspec.Struct) -> Response:
    return Response(body.packed(message), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _ended(exchange: Exchange, last: bytes) -> Response:
    """Take in the last bytes of the body, and return the answer: a short one as one, a long one as it comes."""
    try:
        exchange.receive(last)
    except Refused:
        exchange.keep()
        raise
    exchange.finish()
    answer = exchange.answer()
    begun: list[bytes] = []
    for frames in answer:
        begun += frames
        if sum(map(len, begun)) > _SHORT:
            return StreamingResponse(_pressed(begun, answer, exchange.prefix))
    return Response(packed(begun, exchange.prefix if len(begun) > 1 else b""))


def _pressed(begun: list[bytes], answer: Iterator[list[bytes]], prefix: bytes) -> Iterator[bytes]:
    press = Press(_LONG, prefix)
    yield b"".join(map(press.add, begun))
    for frames in answer:
        yield b"".join(map(press.add, frames))
    yield press.end()


def _file_headers(place: files.Place) -> dict[str, str]:
    # Whoever opens the address in a browser gets a file to keep, never a page to show.
    return {
        "ETag": files.etag(place), "Accept-Ranges": "bytes", "Cache-Control": "no-store",
        "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip


def _upload_state(arrived: int, size: int, is_whole: bool, status: int = 200) -> Response:
    told = {"Upload-Offset": str(arrived), "Upload-Length": str(size), "Upload-Complete": f"?{int(is_whole)}"}
    return Response(status_code=status, headers=told | {"Cache-Control": "no-store"})


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused(Problem.MALFORMED)
    return int(text)


def _json(answer: dict[str, int | str], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(json.dumps(answer), status, kept, "application/json")


def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refused) else Refused(Problem.MALFORMED)
    # Only addresses of ours are written down: any other could hold what somebody typed.
    log.info("%s refused: %s", request.url.path if request.url.path in PATHS else "elsewhere", refusal.problem.name)
    return _json(refusal.answer, refusal.status, refusal.headers)


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    problem = {404: Problem.NO_SUCH_PATH, 405: Problem.WRONG_METHOD}.get(status, Problem.MALFORMED)
    response = _refused(request, Refused(problem))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # nobody hears it


def _broken(request: Request, error: Exception) -> Response:
    """Only a bug or a full disk of ours comes here; the server logs the rest."""
    return _json({"error": 0, "message": "The server failed. Your data is safe on this computer. Try later."}, 500)


def create_app(
    data: Path,
    *,
    now: Callable[[], float] = time.time,
    failed_attempts: int = FAILED_ATTEMPTS,
    database: str = "",
    limits: files.Limits = files.USUAL,
) -> Starlette:
    """Return the application over the store in `data` or `database`; the store closes when the server stops."""
    store = Store(data, now, database)
    try:
        store.check()
        if not database:
            # Whoever was killed behind an order has not written the ledger beside the data.
            store.note_erased(store.read(erasing.everything))
    except ValueError:
        store.close()
        raise
    endpoint = Endpoint(store, Attempts(store, failed_attempts), limits)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            store.close()

    app = Starlette(
        routes=endpoint.routes(),
        exception_handlers={
            Refused: _refused, HTTPException: _http, ClientDisconnect: _gone, Exception: _broken,
        },
        lifespan=lifespan,
    )  # fmt: skip
    app.router.redirect_slashes = False
    return app
