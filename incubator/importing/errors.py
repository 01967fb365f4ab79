"""Refusals of imports."""

from incubator.kernel.errors import DomainError, refusal
from incubator.kernel.language import Language


@refusal
class WrongEncoding(DomainError):
    """A file that is not UTF-8."""

    byte_offset: int
    text = {
        "en": "The file is not in UTF-8 (byte {byte_offset}). Save it as “CSV UTF-8” and try again.",
        "de": "Die Datei ist nicht in UTF-8 (Byte {byte_offset}). Bitte als „CSV UTF-8“ speichern und noch einmal versuchen.",
        "zh-CN": "文件不是 UTF-8 编码(第 {byte_offset} 字节)。请另存为“CSV UTF-8”后重试。",
    }


@refusal
class WrongHeader(DomainError):
    """A file whose first line does not name the columns it must have."""

    missing: list[str]
    unknown: list[str]
    expected: list[str]
    text = {
        "en": "The first line must name these columns: {expected}. Missing: {missing}. Unknown: {unknown}.",
        "de": "Die erste Zeile muss diese Spalten nennen: {expected}. Es fehlen: {missing}. Unbekannt: {unknown}.",
        "zh-CN": "首行必须包含以下列:{expected}。缺少:{missing}。未知:{unknown}。",
    }


@refusal
class WrongShape(DomainError):
    """A row with more or fewer cells than the header, or a quote that is never closed."""

    row: int
    text = {
        "en": "Row {row} does not have as many cells as the first line.",
        "de": "Zeile {row} hat nicht so viele Zellen wie die erste Zeile.",
        "zh-CN": "第 {row} 行的单元格数与首行不一致。",
    }


@refusal
class FileTooLarge(DomainError):
    """A file beyond the limit of rows or bytes."""

    limit: str
    text = {
        "en": "The file is too large: at most {limit}.",
        "de": "Die Datei ist zu groß: höchstens {limit}.",
        "zh-CN": "文件过大:最多 {limit}。",
    }


@refusal
class FileEmpty(DomainError):
    """A file without a row."""

    text = {"en": "The file has no rows.", "de": "Die Datei hat keine Zeilen.", "zh-CN": "文件没有数据行。"}


@refusal
class RowRepeated(DomainError):
    """Two rows of a file with the same key."""

    first_row: int
    text = {
        "en": "The same key stands in row {first_row} already.",
        "de": "Derselbe Schlüssel steht schon in Zeile {first_row}.",
        "zh-CN": "该键已出现在第 {first_row} 行。",
    }


@refusal
class ImportHasErrors(DomainError):
    """A rejected file cannot be applied."""

    error_count: int
    text = {
        "en": "The file has {error_count} errors; mend them and bring it again. Nothing was applied.",
        "de": "Die Datei hat {error_count} Fehler; bitte beheben und neu laden. Nichts wurde übernommen.",
        "zh-CN": "文件有 {error_count} 处错误,请修正后重新导入。未应用任何数据。",
    }


@refusal
class ImportApplied(DomainError):
    """An import is applied once."""

    text = {
        "en": "This import was applied already.",
        "de": "Dieser Import wurde schon übernommen.",
        "zh-CN": "该导入已应用。",
    }


@refusal
class NoLinesFile(DomainError):
    """A month's folder without a file of lines that can be read."""

    file: str
    reason: str
    text = {
        "en": "{file} cannot be read: {reason}",
        "de": "{file} kann nicht gelesen werden: {reason}",
        "zh-CN": "无法读取 {file}:{reason}",
    }


@refusal
class MonthUnknown(DomainError):
    """Nothing says which month a folder is about."""

    folder: str
    text = {
        "en": "Nothing says which month “{folder}” is about. Name it with --month YYYY-MM.",
        "de": "Nichts sagt, um welchen Monat es in „{folder}“ geht. Bitte mit --month YYYY-MM angeben.",
        "zh-CN": "无法判断“{folder}”对应的月份,请用 --month YYYY-MM 指定。",
    }


@refusal
class RowInvalid(DomainError):
    """A cell of a file breaks a rule; `problem` says which in each of the product's languages, row numbers count from 1 below the header."""

    file: str
    row: int
    column: str
    rule: str
    problem_code: str
    problem: list[str]
    text = {
        "en": "{file}, row {row}, column {column} ({rule}): {problem[0]}",
        "de": "{file}, Zeile {row}, Spalte {column} ({rule}): {problem[1]}",
        "zh-CN": "{file} 第 {row} 行,列 {column}({rule}):{problem[2]}",
    }

    def message(self, language: str = Language.EN) -> str:
        """Say where, and what is wrong, both in `language`."""
        return (self.text.get(language) or self.text[Language.EN]).format(**self.details())


@refusal
class OutUnwritable(DomainError):
    """A file that a command should write cannot be written."""

    file: str
    reason: str
    text = {
        "en": "{file} cannot be written: {reason}",
        "de": "{file} kann nicht geschrieben werden: {reason}",
        "zh-CN": "无法写入 {file}:{reason}",
    }


@refusal
class CustomerNotBilled(DomainError):
    """A month's result would not be whole."""

    reason: str
    text = {
        "en": "Not every customer could be billed: {reason}",
        "de": "Nicht jeder Kunde konnte abgerechnet werden: {reason}",
        "zh-CN": "并非所有客户都能完成计费:{reason}",
    }
