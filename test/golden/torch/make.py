"""Writes the small PyTorch files beside it, with what real checkpoints have: python make.py (torch 2.15)."""

import os
import torch
from collections import OrderedDict

torch.manual_seed(7)
here = os.path.dirname(os.path.abspath(__file__))
counting = torch.arange(24, dtype=torch.float32).reshape(4, 6)
embedding = "model.inner.embed_tokens.embedding_weight"


def state():
    return OrderedDict(
        [
            (embedding, counting.clone()),
            ("transposed", counting.t()),
            ("view", counting[1:3, 2:5]),
            ("shared", counting),
            ("parameter", torch.nn.Parameter(torch.tensor([1.5, -2.5]))),
            ("scalar", torch.tensor(3.25)),
            ("empty", torch.zeros(0, 3)),
            ("half", torch.tensor([1.0, -0.5, 65504.0, 6e-8], dtype=torch.float16)),
            ("bfloat16", torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16)),
            ("double", torch.tensor([0.1, 1e300], dtype=torch.float64)),
            ("int32", torch.tensor([1, -2], dtype=torch.int32)),
            ("int64", torch.tensor([3, -4])),
            ("int16", torch.tensor([5, -6], dtype=torch.int16)),
            ("int8", torch.tensor([7, -8], dtype=torch.int8)),
            ("uint8", torch.tensor([9, 200], dtype=torch.uint8)),
            ("bool", torch.tensor([True, False])),
        ]
    )


def save(name, value, **options):
    torch.save(value, os.path.join(here, name), **options)


save("zip.pt", state())
save("legacy.pt", state(), _use_new_zipfile_serialization=False)
save("protocol4.pt", state(), pickle_protocol=4)
model = torch.nn.Linear(2, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
model(torch.ones(1, 2)).sum().backward()
optimizer.step()
weights = {embedding: counting.clone(), "other": torch.ones(2)}
averaged = {embedding: counting + 0.5, "other": torch.zeros(2)}
save(
    "nested.pt",
    {"epoch": 3, "lr": 1e-4, "model": weights, "ema": averaged, "optimizer": optimizer.state_dict(), "note": "é"},
)
save("module.pt", {"model": model})
