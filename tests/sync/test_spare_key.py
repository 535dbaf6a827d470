"""The organisation's key in a file and six words, when every computer that had it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync import lockbox
from tests.support import fact
from tests.sync.test_sealing import join, sites
from wimdesk.errors import UserError
from wimdesk.services import spare_key
from wimdesk.store import seal_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Laptop, Office


def saved(laptop: Laptop, path: Path) -> str:
    return spare_key.save(laptop.app.identity().organisation, laptop.app.read(spare_key.keys_here), path)


def test_a_spare_key_reads_what_lost_computers_wrote(office: Office, tmp_path: Path) -> None:
    anna = join(office, "Anna")
    anna.add("site", name="North")
    anna.sync()
    words = saved(anna, tmp_path / "our.wimkey")
    carla = join(office, "Carla")
    assert (sites(carla), fact(carla.app, "words") != "") == (set(), True)
    assert carla.app.run(spare_key.take, spare_key.unlock(tmp_path / "our.wimkey", words.upper())) == 1
    carla.sync()
    assert sites(carla) == {"North"}
    carla.add("site", name="South")
    carla.sync()
    anna.sync()
    assert sites(anna) == {"North", "South"}
    assert carla.app.run(spare_key.take, spare_key.unlock(tmp_path / "our.wimkey", words)) == 0


def test_a_file_without_its_words_says_nothing(office: Office, tmp_path: Path) -> None:
    anna = join(office, "Anna")
    path = tmp_path / "our.wimkey"
    words = saved(anna, path)
    current = anna.app.read(seal_keys.current)
    assert current is not None
    assert current.key not in path.read_bytes()
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ")
    with pytest.raises(UserError, match="do not open this file"):
        spare_key.unlock(path, lockbox.new_words())
    with pytest.raises(UserError, match="not six words"):
        spare_key.unlock(path, "ore and copper")
    with pytest.raises(UserError, match="can't be read"):
        spare_key.unlock(tmp_path, words)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(UserError, match="do not open this file"):
        spare_key.unlock(path, words)


def test_nobody_takes_the_keys_of_others_nor_saves_none(office: Office, tmp_path: Path) -> None:
    anna, dora = join(office, "Anna"), office.laptop("Dora", "WIM Ghana", introduced=False)
    words = saved(anna, tmp_path / "our.wimkey")
    content = spare_key.unlock(tmp_path / "our.wimkey", words)
    with pytest.raises(UserError, match="another organisation"):
        dora.app.run(spare_key.take, content)
    with pytest.raises(UserError, match="does not have"):
        saved(dora, tmp_path / "none.wimkey")
    assert not (tmp_path / "none.wimkey").exists()
