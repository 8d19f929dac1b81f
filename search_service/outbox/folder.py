"""The default gateway: a file for each message, for developers to read.  Production refuses it unless told to."""

import os
from pathlib import Path

from search_service.outbox.gateway import GatewayUnavailable, Message


class FolderGateway:
    """Writes ``<id>-<channel>.txt``; ids grow with time, so that the last file is the latest message."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> str:
        """Write the file whole or not at all; only its owner may read it, because codes are secrets."""
        path = self._path(message)
        draft = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(
                    f"渠道:{message.channel}\n收件人:{message.recipient}\n主题:{message.subject}\n\n{message.text}\n"
                )
            draft.replace(path)
        except OSError as error:
            raise GatewayUnavailable(f"outbox folder: {error.strerror}") from error
        return path.name

    def taken(self, message: Message) -> str | None:
        """Whether the file is there."""
        path = self._path(message)
        return path.name if path.exists() else None

    def _path(self, message: Message) -> Path:
        return self._folder / f"{message.id}-{message.channel}.txt"
