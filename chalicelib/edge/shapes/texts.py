"""Texts that people read, as requests have them: CommonMark, or plain characters, which are escaped as they come in."""

from typing import Any, ClassVar, Literal

from msgspec.structs import force_setattr

from ...desk.errors import Invalid
from ...desk.markdown_writer import escaped
from ...desk.templates import escaped_template
from .answers import Body

Format = Literal["markdown", "plain"]


class Written(Body, frozen=True, kw_only=True):
    """A request with texts for people. Behind it they are CommonMark, whatever they came as."""

    format: Format = "markdown"

    texts: ClassVar[tuple[str, ...]] = ("text",)  # the fields with one, or with one by language
    templates: ClassVar[bool] = False  # whether they have placeholders, which stay
    most: ClassVar[int] = 0  # characters of each; 0 where others look

    def __post_init__(self) -> None:
        if self.format == "plain":
            for name in self.texts:
                force_setattr(self, name, self._escaped(getattr(self, name), name))
            force_setattr(self, "format", "markdown")

    def _escaped(self, text: Any, field: str) -> Any:
        if isinstance(text, dict):
            return {name: self._escaped(each, f"{field}.{name}") for name, each in text.items()}
        if not isinstance(text, str):
            return text
        found = escaped_template(text) if self.templates else escaped(text)
        if self.most and len(found) > self.most:
            raise Invalid(f"it has more than {self.most} characters, with its signs escaped", field)
        return found
