from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from leadloop.intake.seen import FirstSeen


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.sampled_from("abcdefghij"), st.text(max_size=3)), max_size=20),
        max_size=8,
    )
)
def test_ids_are_dense_and_first_appearances_right(batches: list[list[str | None]]) -> None:
    seen = FirstSeen()
    known: dict[str, int] = {}
    for batch in batches:
        ids, first = seen.ids(pa.array(batch, pa.string()))
        for text, id_, is_first in zip(batch, ids.tolist(), first.tolist(), strict=True):
            if text is None:
                assert (id_, is_first) == (0, False)
                continue
            assert is_first == (text not in known)
            assert id_ == known.setdefault(text, len(known) + 1)
    assert seen.count == len(known)
