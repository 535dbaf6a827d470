"""Keeps the tests, and the programs that they start, away from every network but this computer's own."""

from __future__ import annotations

import ipaddress
import socket
import sys

_TALKING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMES = frozenset({"", "localhost", socket.gethostname().lower()})
_installed: list[bool] = []


def install() -> None:
    """Refuse from now on, for the whole process, what would leave this computer. An audit hook can't be taken away."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_refuse)


def stays_here(host: object) -> bool:
    """Say whether an address or a name means this computer."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return text.lower() in _NAMES


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" and not _is_numeric(args[0]) and not stays_here(args[0]):
        raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {args[0]}")
    if event in _TALKING:
        address = args[1]
        if isinstance(address, tuple) and not stays_here(address[0]):
            raise OSError(f"tests have no network: {address[0]}")


def _is_numeric(host: object) -> bool:
    """Say whether nobody has to be asked what this means; the socket is refused later."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True
