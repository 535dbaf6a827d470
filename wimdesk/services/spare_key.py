"""The organisation's keys in a file and six words on paper, for the day when no computer is left that has them."""

from __future__ import annotations

from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from sync import lockbox, sealing
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import exchange
from wimdesk.store import facts, seal_keys
from wimdesk.store.seal_keys import SealKey

SUFFIX = ".wimkey"
_MOST = 100_000
"""Bytes of such a file."""


class Content(msgspec.Struct, frozen=True):
    """What is in the box: the organisation that the keys belong to, and the keys (32 bytes each)."""

    organisation: str
    keys: list[bytes]


def save(organisation: str, keys: list[bytes], path: Path) -> str:
    """Write the keys into a file that opens with six new words, and return those words; they are kept nowhere.

    Anybody with the words can open it with the program age as well (a passphrase box, the content as JSON).
    Raises UserError where there is no key yet, or the file can't be written.
    """
    if not keys:
        raise UserError(_("This computer does not have the organisation’s key. Nothing was saved."))
    words = lockbox.new_words()
    exchange.write_file(
        path, lockbox.lock_with_words(msgspec.json.encode(Content(organisation, keys)), words), secret=True
    )
    return words


def keys_here(session: Session) -> list[bytes]:
    """Return the organisation's keys on this computer, the oldest first."""
    return [each.key for each in seal_keys.every(session)]


def unlock(path: Path, typed: str) -> Content:
    """Return what is in the file. Raises UserError where the words are others, or this is no such file."""
    try:
        words = lockbox.words_of(typed)
    except lockbox.NotWords as wrong:
        raise UserError(_("These are not six words. Nothing was changed. Read them again from the paper.")) from wrong
    try:
        with path.open("rb") as file:
            box = file.read(_MOST)
        return msgspec.json.decode(lockbox.unlock_with_words(box, words), type=Content)
    except OSError as wrong:
        raise UserError(_("This file can't be read. Nothing was changed. Check its name and place.")) from wrong
    except (lockbox.NotForUs, msgspec.DecodeError) as wrong:
        raise UserError(
            _("The words do not open this file. Nothing was changed. Check the words and the file.")
        ) from wrong


def take(session: Session, content: Content) -> int:
    """Keep the keys of this computer's organisation; the next sync can use them. Return how many were new.

    Raises UserError for another organisation's keys.
    """
    if content.organisation != facts.text(session, "organisation"):
        raise UserError(_("These are keys of another organisation. Nothing was changed. Choose your own file."))
    known = seal_keys.by_id(session)
    fresh = [key for key in content.keys if len(key) == sealing.KEY_BYTES and sealing.id_of(key) not in known]
    for key in fresh:
        seal_keys.keep(session, SealKey(0, sealing.id_of(key), key))
    facts.put(session, key_changes=0, locked=False)  # look after the keys at the next sync
    return len(fresh)
