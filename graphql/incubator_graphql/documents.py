"""Remembers documents that were parsed, measured and validated, bounded in number and in text, so that a client's fixed documents are
parsed once a process and a stranger's endless ones cannot fill the memory."""

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode

from incubator_graphql.measure import Measure

MAX_DOCUMENTS = 512
MAX_CHARACTERS = 1_000_000


@dataclass(slots=True)
class KnownDocument:
    """A parsed document, what it measures, and its validation errors by whether introspection was allowed."""

    document: DocumentNode
    measure: Measure | None = None
    errors: dict[bool, list[GraphQLError]] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation of a name, or the only one; None when there is none such."""
        found = [node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)]
        if name is None:
            return found[0] if len(found) == 1 else None
        return next((node for node in found if node.name is not None and node.name.value == name), None)


class Documents:
    """The least recently used leave first. The text is the key, so two documents can never be taken for each other."""

    def __init__(self, max_documents: int = MAX_DOCUMENTS, max_characters: int = MAX_CHARACTERS) -> None:
        self._max_documents = max_documents
        self._max_characters = max_characters
        self._known: OrderedDict[str, KnownDocument] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._known)

    def find(self, text: str) -> KnownDocument | None:
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
        return known

    def keep(self, text: str, known: KnownDocument) -> None:
        """Keep a document; one that would take more than a tenth of the room is not kept."""
        if text in self._known or len(text) * 10 > self._max_characters:
            return
        self._known[text] = known
        self._characters += len(text)
        while len(self._known) > self._max_documents or self._characters > self._max_characters:
            gone, _ = self._known.popitem(last=False)
            self._characters -= len(gone)
