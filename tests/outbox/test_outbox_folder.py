"""The folder gateway, and what the texts say."""

import string
from pathlib import Path

import pytest

from search_service.outbox.folder import FolderGateway
from search_service.outbox.gateway import GatewayUnavailable, Message
from search_service.outbox.templates import TEMPLATES, fill

MESSAGE = Message("0193-id", "sms", "13812345678", "验证码", "【质寻】验证码 123456")
SMS = 70
"""Characters of one short message in UCS-2."""


def test_a_file_for_each_message(tmp_path: Path) -> None:
    gateway = FolderGateway(tmp_path / "outbox")
    assert gateway.taken(MESSAGE) is None
    assert gateway.send(MESSAGE) == gateway.send(MESSAGE) == gateway.taken(MESSAGE)
    (file,) = (tmp_path / "outbox").iterdir()
    assert MESSAGE.text in file.read_text("utf-8")
    assert MESSAGE.recipient in file.read_text("utf-8")
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(GatewayUnavailable):
        FolderGateway(tmp_path / "outbox").send(MESSAGE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_names_us_and_fits(name: str) -> None:
    template = TEMPLATES[name]
    names = [found for _, found, *_ in string.Formatter().parse(template.text) if found]
    subject, text = fill(name, dict.fromkeys(names, "123456"))
    assert text.startswith("【质寻】")
    assert subject
    assert len(text) <= SMS
    assert "密码为" not in text
    assert "password" not in names
