"""What can go wrong with an embedded server, each as one Chinese sentence for the person at the terminal."""

from __future__ import annotations


class EmbeddedError(Exception):
    """A server cannot be started or kept; ``str()`` is one line that says what to do."""


class PortTaken(EmbeddedError):
    """The wished port belongs to another program."""

    def __init__(self, port: int) -> None:
        super().__init__(f"端口 {port} 已被别的程序占用，请换一个端口，或先停掉占用它的程序。")
        self.port = port


class AlreadyRunning(EmbeddedError):
    """Another process uses the same data folder."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"数据文件夹“{folder}”正在被另一个运行中的平台使用，请先停掉它，或换一个文件夹。")


class DiskFull(EmbeddedError):
    """No room left on the disk that holds the data."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"磁盘已满，无法写入“{folder}”，请清理出空间后再启动。")


class DataLost(EmbeddedError):
    """The data folder is known but part of it has gone; nothing is created in its stead."""


class NotPermitted(EmbeddedError):
    """The folder cannot be written or entered by this user."""
