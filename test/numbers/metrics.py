"""Metrics by NumPy in float64, from their definitions in MXNet 1.9.1: cases on stdin, values on stdout."""
import json
import sys
import numpy as np

np.seterr(all="ignore")


def array(given):
    return np.array([float(v) for v in given["values"]]).reshape(given["shape"])


def column(x):
    return x.reshape(-1, 1) if x.ndim == 1 else x


def accuracy(pairs, o):
    """By argmax, unless the shapes are equal."""
    hits = [(p if p.shape == y.shape else p.argmax(o.get("axis", 1))).astype("int32").ravel() == y.astype("int32").ravel() for y, p in pairs]
    return sum(h.sum() for h in hits), sum(h.size for h in hits)


def top_k(pairs, o):
    total = count = 0
    for y, p in pairs:
        order = np.argsort(p, axis=1, kind="stable")
        total += sum(int(one) in row[-o["topK"] :] for one, row in zip(y.ravel(), order))
        count += len(p)
    return total, count


def likelihood(pairs, o):
    losses = [-np.log(p[np.arange(len(p)), y.ravel().astype(int)].astype("float32") + np.float32(o.get("eps", 1e-12))) for y, p in pairs]
    return sum(l.sum(dtype="float64") for l in losses), sum(len(l) for l in losses)


def perplexity(pairs, o):
    loss = count = 0
    for y, p in pairs:
        rows = np.moveaxis(p, o.get("axis", -1), -1).reshape(y.size, -1)
        for one, row in zip(y.ravel(), rows):
            if one != o["ignoreLabel"]:
                loss -= np.log(np.maximum(1e-10, row[int(one)]))
                count += 1
    return loss, count


def counts(pairs):
    c = np.zeros((2, 2))
    for y, p in pairs:
        for one, guess in zip(y.ravel().astype(int) == 1, p.argmax(1) == 1):
            c[int(one), int(guess)] += 1
    return c


def f1(c):
    precision = c[1, 1] / c[:, 1].sum() if c[:, 1].sum() else 0.0
    recall = c[1, 1] / c[1].sum() if c[1].sum() else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mcc(c):
    terms = [t for t in (*c.sum(0), *c.sum(1)) if t]
    return (c[1, 1] * c[0, 0] - c[0, 1] * c[1, 0]) / np.sqrt(np.prod(terms))


def of_pairs(f):
    return lambda pairs, o: (sum(f(column(y), column(p)) for y, p in pairs), len(pairs))


def run(case):
    name, o = case["metric"], case["options"]
    updates = [[(array(y), array(p)) for y, p in update] for update in case["updates"]]
    if name in ("F1", "MCC"):
        score = f1 if name == "F1" else mcc
        if o.get("average") == "micro":
            return score(sum(counts(pairs) for pairs in updates))
        return np.mean([score(counts(pairs)) for pairs in updates])
    sums, numbers = zip(*(functions[name](pairs, o) for pairs in updates))
    value = np.float64(sum(sums)) / np.float64(sum(numbers))
    return np.exp(value) if name == "Perplexity" else value


functions = {
    "Accuracy": accuracy,
    "TopKAccuracy": top_k,
    "CrossEntropy": likelihood,
    "NegativeLogLikelihood": likelihood,
    "Perplexity": perplexity,
    "MAE": of_pairs(lambda y, p: np.abs(y - p).mean()),
    "MSE": of_pairs(lambda y, p: np.square(y - p).mean()),
    "RMSE": of_pairs(lambda y, p: np.sqrt(np.square(y - p).mean())),
    "PearsonCorrelation": of_pairs(lambda y, p: np.corrcoef(p.ravel(), y.ravel())[0, 1]),
    "Loss": lambda pairs, o: (sum(p.sum() for _, p in pairs), sum(p.size for _, p in pairs)),
}
values = [float(run(case)) for case in json.load(sys.stdin)]
json.dump([v if np.isfinite(v) else str(v).replace("inf", "Infinity").replace("nan", "NaN") for v in values], sys.stdout)
