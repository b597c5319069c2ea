"""What can go wrong with a file, in words for the person who hands it in."""

from __future__ import annotations

from kernel.errors import Conflict, Invalid, NotFound, TooMany, Unavailable


class FileNotFound(NotFound):
    """No such file in this scope."""

    code = "storage.not_found"
    message_zh = "没有找到这份文件。"


class FileEmpty(Invalid):
    """Nothing in it."""

    code = "storage.empty"
    message_zh = "这份文件是空的。"
    hint_zh = "请重新选择文件后再上传。"


class FileTooLarge(Invalid):
    """Above the size of its purpose. `most_bytes` is the limit."""

    code = "storage.too_large"

    def __init__(self, most_bytes: int) -> None:
        size = f"{most_bytes // 1024 // 1024} 兆字节"
        super().__init__(
            message_zh=f"文件超过了 {size}。", hint_zh=f"请压缩或拆分，每份不超过 {size} 后再上传。"
        )
        self.most_bytes = most_bytes


class KindRefused(Invalid):
    """The bytes are none of the kinds that the purpose takes, whatever the name says."""

    code = "storage.kind"

    def __init__(self, kinds_zh: str) -> None:
        super().__init__(
            message_zh="这份文件的格式不能接收。",
            hint_zh=f"请上传下列格式之一：{kinds_zh}。改文件名不能改变格式，请用原软件另存。",
        )


class KindContradicts(Invalid):
    """The name promises one kind and the bytes are another."""

    code = "storage.kind_contradicts"
    message_zh = "文件名的后缀与文件内容不一致。"
    hint_zh = "请确认选择的是原始文件，或用原软件另存后再上传。"


class QuotaReached(Conflict):
    """The tenant's space is full."""

    code = "storage.quota"
    message_zh = "本中心的文件空间已用完，这份文件没有保存。"
    hint_zh = "请告知中心管理员联系省级平台扩容；已填写的内容没有丢失。"


class DayReached(TooMany):
    """One person's files of the last day are enough."""

    code = "storage.day"
    message_zh = "您今天上传的文件已达到上限。"
    hint_zh = "请明天再上传，或到柜台提交材料。"


class FileDamaged(Unavailable):
    """The object is gone or does not open: somebody has to look."""

    code = "storage.damaged"
    message_zh = "这份文件暂时打不开。"
    hint_zh = "已记录并通知运维人员检查；急需的，请向提交人再要一份。"
