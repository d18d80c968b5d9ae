"""What an object must have to be taken: Arrow's PyCapsule interface."""

from typing import Any, Protocol


class ArrowArray(Protocol):
    """Gives its data out as one array; a record batch is an array, too."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]: ...


class ArrowStream(Protocol):
    """Gives its data out as a stream of arrays or batches."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...
