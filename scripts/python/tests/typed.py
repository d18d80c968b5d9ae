"""What a caller's own type checker has to accept; mypy reads it, nobody runs it."""

import fairdraw
import polars

frame = polars.read_parquet("registry.parquet")
key: bytes = fairdraw.key(b"dr1 entropy v1\nseed 1\n", "dr1/entity/100000.2026Q4")
first: bytes = fairdraw.tickets(frame["id"], key)[0]
sample: fairdraw.Sample = fairdraw.draw(frame, "id", "risk", {"A": 1}, key)
everybody: fairdraw.Sample = fairdraw.draw(frame, "id", None, 1, key)
drawn: polars.DataFrame = polars.DataFrame(sample)
strata: fairdraw.Table = sample.strata
