"""Losses and their gradients of first and second order, by PyTorch: cases on stdin, results in float64 and float32."""
import json
import sys
import torch
import torch.nn.functional as F


def ctc(pred, label, options, pred_lengths=None, label_lengths=None, sample_weight=None):
    """By PyTorch's own function, which has no second order."""
    lp = (pred if options.get("layout") == "TNC" else pred.swapaxes(0, 1)).log_softmax(2)
    rows = (label.T if options.get("labelLayout") == "TN" else label).long()
    steps, samples, classes = lp.shape
    if pred_lengths is None:
        pred_lengths = torch.full((samples,), steps)
    if label_lengths is None:
        label_lengths = torch.tensor([([v < 0 for v in row] + [True]).index(True) for row in rows.tolist()])
    targets = rows.clamp(min=0)
    lengths = (pred_lengths.long(), label_lengths.long())
    return F.ctc_loss(lp, targets, *lengths, blank=classes - 1, reduction="none", zero_infinity=True), sample_weight


def paths(pred, label, options, pred_lengths, label_lengths):
    """The sum over paths by plain steps, for second order."""
    lp = pred.swapaxes(0, 1).log_softmax(2)
    losses = []
    for n, row in enumerate(label.long().tolist()):
        row = row[: int(label_lengths[n])]
        states = [lp.shape[2] - 1]
        for one in row:
            states += [one, lp.shape[2] - 1]
        alpha = {0: lp[0, n, states[0]], **({1: lp[0, n, states[1]]} if row else {})}
        for t in range(1, int(pred_lengths[n])):
            after = {}
            for s, c in enumerate(states):
                jump = s > 1 and c != states[s - 2]
                before = [alpha[k] for k in (s, s - 1, s - 2)[: 3 if jump else 2] if k in alpha]
                if before:
                    after[s] = lp[t, n, c] + torch.logsumexp(torch.stack(before), 0)
            alpha = after
        ends = [alpha[s] for s in (len(states) - 1, len(states) - 2) if s in alpha]
        losses.append(-torch.logsumexp(torch.stack(ends), 0))
    return torch.stack(losses), None


def softmax_entropy(pred, label, options, sample_weight=None):
    axis = options.get("axis", -1)
    lp = pred if options.get("fromLogits") else pred.log_softmax(axis)
    if options.get("sparseLabel", True):
        index = label.long().reshape([1 if k == axis % pred.ndim else n for k, n in enumerate(pred.shape)])
        return -lp.gather(axis, index), sample_weight
    return -(lp * label.reshape(pred.shape)).sum(axis, keepdim=True), sample_weight


def binary(pred, label, options, sample_weight=None, pos_weight=None):
    label = label.reshape(pred.shape)
    if not options.get("fromSigmoid") and pos_weight is None:
        return F.binary_cross_entropy_with_logits(pred, label, reduction="none"), sample_weight
    weight = 1 if pos_weight is None else pos_weight
    if not options.get("fromSigmoid"):
        return -(label * weight * F.logsigmoid(pred) + (1 - label) * F.logsigmoid(-pred)), sample_weight
    return -(torch.log(pred + 1e-12) * label * weight + torch.log(1 - pred + 1e-12) * (1 - label)), sample_weight


def logistic(pred, label, options, sample_weight=None):
    label = label.reshape(pred.shape)
    signed = label if options.get("labelFormat", "signed") == "signed" else 2 * label - 1
    return torch.logaddexp(-pred * signed, torch.zeros_like(pred)), sample_weight


def divergence(pred, label, options, sample_weight=None):
    lp = pred if options.get("fromLogits", True) else pred.log_softmax(options.get("axis", -1))
    return label.reshape(pred.shape) * (torch.log(label.reshape(pred.shape) + 1e-12) - lp), sample_weight


def poisson(pred, target, options, sample_weight=None, epsilon=1e-8):
    log = options.get("fromLogits", True)
    full = options.get("computeFull", False)
    return F.poisson_nll_loss(pred, target.reshape(pred.shape), log, full, eps=epsilon, reduction="none"), sample_weight


def triplet(pred, positive, negative, options, sample_weight=None):
    axes = [k for k in range(pred.ndim) if k != options.get("batchAxis", 0) % pred.ndim]
    squares = ((x.reshape(pred.shape) - pred).square() for x in (positive, negative))
    near, far = (s.sum(axes) if axes else s for s in squares)
    return F.relu(near - far + options.get("margin", 1)), sample_weight


def cosine(x, y, label, options, sample_weight=None):
    margin = options.get("margin", 0)
    return F.cosine_embedding_loss(x, y, label, margin, reduction="none").reshape(-1, 1), sample_weight


def sdml(a, b, options):
    n, smoothing = len(a), options.get("smoothingParameter", 0.3)
    lp = (-(a[:, None] - b[None]).square().sum(2)).log_softmax(1)
    labels = torch.full((n, n), smoothing / (n - 1), dtype=a.dtype)
    labels.fill_diagonal_(1 - smoothing)
    return F.kl_div(lp, labels, reduction="none").sum(1), None


def pointwise(f):
    return lambda pred, label, options, sample_weight=None: (f(pred, label.reshape(pred.shape), options), sample_weight)


margin = lambda p, y, o: F.relu(o.get("margin", 1) - p * y)
losses = {
    "L1Loss": pointwise(lambda p, y, o: F.l1_loss(p, y, reduction="none")),
    "L2Loss": pointwise(lambda p, y, o: F.mse_loss(p, y, reduction="none") / 2),
    "HuberLoss": pointwise(lambda p, y, o: F.smooth_l1_loss(p, y, beta=o.get("rho", 1), reduction="none")),
    "HingeLoss": pointwise(margin),
    "SquaredHingeLoss": pointwise(lambda p, y, o: margin(p, y, o).square()),
    "LogisticLoss": logistic,
    "SigmoidBinaryCrossEntropyLoss": binary,
    "SoftmaxCrossEntropyLoss": softmax_entropy,
    "KLDivLoss": divergence,
    "PoissonNLLLoss": poisson,
    "TripletLoss": triplet,
    "CosineEmbeddingLoss": cosine,
    "SDMLLoss": sdml,
    "CTCLoss": ctc,
}
whole = {"PoissonNLLLoss": torch.mean}
one_by_one = ("TripletLoss", "SDMLLoss", "CTCLoss")


def finished(name, loss, options, sample_weight):
    """Sample weights, the factor, and the mean (or sum) over all axes but that of samples."""
    if sample_weight is not None:
        loss = loss * (sample_weight.reshape(-1) if loss.ndim == 1 else sample_weight)
    if options.get("weight") is not None:
        loss = loss * options["weight"]
    if name in whole:
        return whole[name](loss).reshape(1)
    axes = [k for k in range(loss.ndim) if k != options.get("batchAxis", 0) % loss.ndim]
    if name in one_by_one or not axes:
        return loss
    return loss.sum(axes) if name == "KLDivLoss" else loss.mean(axes)


def run(case, dtype):
    arrays = [
        None if given is None else torch.tensor([float(v) for v in given["values"]], dtype=dtype).reshape(given["shape"])
        for given in case["inputs"]
    ]
    wanted = [arrays[k].requires_grad_() for k in case["wanted"]]
    name, options = case["loss"], case["options"]
    kinds = {k: v for k, v in options.items() if k not in ("weight", "batchAxis")}
    at = 3 if name in ("TripletLoss", "CosineEmbeddingLoss") else 2
    given = kinds | ({"batchAxis": options["batchAxis"]} if name == "TripletLoss" and "batchAxis" in options else {})

    def evaluated(f):
        loss, weight = f(*arrays[:at], given, *arrays[at:])
        return finished(name, loss, options, weight)

    y = evaluated(losses[name])
    dy = torch.tensor([(k % 7 - 3) / 2 + 0.25 for k in range(y.numel())], dtype=dtype).reshape(y.shape)
    results = [y, *(torch.autograd.grad(y, wanted, dy) if wanted else ())]
    if case["second"]:
        again = evaluated(paths if name == "CTCLoss" else losses[name])
        firsts = torch.autograd.grad(again, wanted, dy, create_graph=True)
        total = sum((g.square() * torch.arange(1, g.numel() + 1).reshape(g.shape)).sum() for g in firsts)
        seconds = torch.autograd.grad(total, wanted, allow_unused=True)
        results += [torch.zeros_like(x) + (0 if g is None else g) for x, g in zip(wanted, seconds)]
    return [t.detach().flatten().tolist() for t in results]


def text(values):
    return [v if v == v and abs(v) != float("inf") else str(v).replace("inf", "Infinity").replace("nan", "NaN") for v in values]


cases = json.load(sys.stdin)
json.dump([[[text(t) for t in run(case, dtype)] for dtype in (torch.float64, torch.float32)] for case in cases], sys.stdout)
