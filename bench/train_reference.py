"""Trains the reference implementation on random puzzles; a line asks for a number of steps. See reference_lines.py.

The optimizer is AdamATan2 in plain PyTorch with grouped operations, since the package that the reference imports runs
on CUDA only; its update rule is the same.
"""

from reference_lines import answer_lines, compiled, create_head, peak_memory_bytes, settings, since_start_ms, torch

from models.sparse_embedding import CastedSparseEmbeddingSignSGD_Distributed


class AdamAtan2:
    """p *= 1 - lr*wd; p -= lr/(1-b1^t) * atan2(m, sqrt(v/(1-b2^t)))."""

    def __init__(self, parameters, rate=1e-4, decay=1.0, beta1=0.9, beta2=0.95):
        self.parameters = list(parameters)
        self.rate, self.decay, self.beta1, self.beta2, self.steps = rate, decay, beta1, beta2, 0
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        self.steps += 1
        gradients = [p.grad for p in self.parameters]
        torch._foreach_lerp_(self.first, gradients, 1 - self.beta1)
        torch._foreach_mul_(self.second, self.beta2)
        torch._foreach_addcmul_(self.second, gradients, gradients, 1 - self.beta2)
        torch._foreach_mul_(self.parameters, 1 - self.rate * self.decay)
        size = -self.rate / (1 - self.beta1**self.steps)
        roots = torch._foreach_sqrt(torch._foreach_div(self.second, 1 - self.beta2**self.steps))
        for parameter, first, root in zip(self.parameters, self.first, roots):
            parameter.add_(torch.atan2(first, root), alpha=size)
            parameter.grad = None


phases = {"modules": since_start_ms()}
head = create_head()
network = compiled(head)
optimizer = AdamAtan2(head.parameters())
puzzle_optimizer = CastedSparseEmbeddingSignSGD_Distributed(
    head.model.puzzle_emb.buffers(), lr=1e-4, weight_decay=1.0, world_size=1
)
average = [p.detach().clone() for p in head.parameters()]
batch_size = settings["batchSize"]
cells, vocabulary = settings["model"]["seq_len"], settings["model"]["vocab_size"]


def random_batch():
    return {
        "inputs": torch.randint(1, vocabulary, (batch_size, cells), dtype=torch.int32),
        "labels": torch.randint(1, vocabulary, (batch_size, cells), dtype=torch.int64),
        "puzzle_identifiers": torch.zeros(batch_size, dtype=torch.int32),
    }


carry = head.initial_carry(random_batch())


def train_step():
    global carry
    carry, loss, metrics, _, _ = network(carry=carry, batch=random_batch(), return_keys=[])
    (loss / batch_size).backward()
    puzzle_optimizer.step()
    puzzle_optimizer.zero_grad()
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(average, list(head.parameters()), 0.001)
    return {name: value.item() for name, value in metrics.items()}


def train_steps(line):
    for _ in range(int(line)):
        train_step()
    return {}


phases["model"] = since_start_ms()
train_step()
phases["first step"] = since_start_ms()
# torch.compile compiles again when it meets new shapes or states; two steps get it past that.
train_step()
answer_lines({"phases": phases, "peakMemoryBytes": peak_memory_bytes()}, train_steps)
