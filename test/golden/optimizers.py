"""MXNet's optimizers in float64: weights after 1 and 10 steps of three parameters, from their formulas.

Run as `python3 test/golden/optimizers.py`, which writes optimizers.json. Sources: MXNet 1.9.1, optimizer/optimizer.py,
lr_scheduler.py and src/operator/optimizer_op-inl.h; AdamW is that of MXNet 2.0, since 1.9.1 has none. Numbers that go in are
rounded to float32. Where MXNet 1.9.1 divides 0 by 0 (Adamax), or takes one momentum schedule for all parameters (Nadam),
the formula is the one of the paper: see docs/gluon-map.md.
"""
import json
import math
import pathlib

import numpy as np

SHAPES = [(3, 5), (4,), (1,)]
LR_MULT, WD_MULT = [1, 0.5, 1], [1, 0, 2]
BATCH, STEPS = 4, 10
SHARED = dict(wd=0.0, clip_gradient=None, rescale_grad=1.0, lr_mult=False, scheduler=None)


def clip(x, bound):
    return np.clip(x, -bound, bound) if bound else x


def schedule(name, t, base):
    """The rate of update t."""
    if name is None:
        return base
    if name == 'poly':  # PolyScheduler(8, pwr=1.5, final_lr=0.1 base, warmup_steps=3)
        if t < 3:
            return base * t / 3
        return base * (0.1 + 0.9 * (1 - (min(t, 8) - 3) / 5) ** 1.5)
    if name == 'multifactor':  # MultiFactorScheduler([2, 5], factor=0.5)
        return base * 0.5 ** sum(t > s for s in (2, 5))
    return base / math.sqrt(t)  # a plain function


def sgd(w, g, s, o, t, lr, wd, r, c):
    s['m'] = o.get('momentum', 0) * s.get('m', 0) - lr * (clip(r * g, c) + wd * w)
    return w + s['m']


def nag(w, g, s, o, t, lr, wd, r, c):
    mu = o.get('momentum', 0)
    g = clip(r * g, c) + wd * w
    m = mu * s.get('m', 0 * w)
    s['m'] = m - lr * g
    return w - m + (mu + 1) * (m - lr * g) if mu else w - lr * g


def signum(w, g, s, o, t, lr, wd, r, c):
    mu = o.get('momentum', 0.9)
    if mu == 0:
        return (1 - lr * wd) * w - lr * np.sign(g)
    s['m'] = mu * s.get('m', 0) - (1 - mu) * wd * w - (1 - mu) * clip(r * g, c)
    return (1 - lr * o.get('wd_lh', 0)) * w + lr * np.sign(s['m'])


def adam(w, g, s, o, t, lr, wd, r, c):
    b1, b2 = o.get('beta1', 0.9), o.get('beta2', 0.999)
    g = clip(r * g + wd * w, c)
    s['m'] = b1 * s.get('m', 0) + (1 - b1) * g
    s['v'] = b2 * s.get('v', 0) + (1 - b2) * g * g
    return w - lr * math.sqrt(1 - b2**t) / (1 - b1**t) * s['m'] / (np.sqrt(s['v']) + o.get('epsilon', 1e-8))


def adamw(w, g, s, o, t, lr, wd, r, c):
    b1, b2 = o.get('beta1', 0.9), o.get('beta2', 0.999)
    g = clip(r * g, c)
    s['m'] = b1 * s.get('m', 0) + (1 - b1) * g
    s['v'] = b2 * s.get('v', 0) + (1 - b2) * g * g
    if o.get('correct_bias', True):
        lr = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
    return w - lr * (s['m'] / (np.sqrt(s['v']) + o.get('epsilon', 1e-6)) + wd * w)


def adamax(w, g, s, o, t, lr, wd, r, c):
    b1, b2 = o.get('beta1', 0.9), o.get('beta2', 0.999)
    g = clip(r * g + wd * w, c)
    s['m'] = b1 * s.get('m', 0) + (1 - b1) * g
    s['u'] = np.maximum(b2 * s.get('u', 0), np.abs(g))
    return w - lr / (1 - b1**t) * np.divide(s['m'], s['u'], out=np.zeros_like(w), where=s['u'] != 0)


def nadam(w, g, s, o, t, lr, wd, r, c):
    b1, b2, decay = o.get('beta1', 0.9), o.get('beta2', 0.999), o.get('schedule_decay', 0.004)
    g = clip(r * g + wd * w, c)
    now, after = [b1 * (1 - 0.5 * 0.96 ** (i * decay)) for i in (t, t + 1)]
    s['schedule'] = s.get('schedule', 1) * now
    s['m'] = b1 * s.get('m', 0) + (1 - b1) * g
    s['v'] = b2 * s.get('v', 0) + (1 - b2) * g * g
    bar = (1 - now) * g / (1 - s['schedule']) + after * s['m'] / (1 - s['schedule'] * after)
    return w - lr * bar / (np.sqrt(s['v'] / (1 - b2**t)) + o.get('epsilon', 1e-8))


def adagrad(w, g, s, o, t, lr, wd, r, c):
    g = clip(r * g, c)
    s['h'] = s.get('h', 0) + g * g
    return w - lr * (g / np.sqrt(s['h'] + o.get('eps', 1e-7)) + wd * w)


def rmsprop(w, g, s, o, t, lr, wd, r, c):
    g1, eps = o.get('gamma1', 0.9), o.get('epsilon', 1e-8)
    g = clip(r * g + wd * w, c)
    s['n'] = g1 * s.get('n', 0) + (1 - g1) * g * g
    if not o.get('centered'):
        return clip(w - lr * g / np.sqrt(s['n'] + eps), o.get('clip_weights'))
    s['g'] = g1 * s.get('g', 0) + (1 - g1) * g
    s['d'] = o.get('gamma2', 0.9) * s.get('d', 0) - lr * g / np.sqrt(s['n'] - s['g'] ** 2 + eps)
    return clip(w + s['d'], o.get('clip_weights'))


def adadelta(w, g, s, o, t, lr, wd, r, c):
    rho, eps = o.get('rho', 0.9), o.get('epsilon', 1e-5)
    g = clip(r * g, c)
    s['a'] = rho * s.get('a', 0) + (1 - rho) * g * g
    delta = np.sqrt(s.get('d', 0) + eps) / np.sqrt(s['a'] + eps) * g
    s['d'] = rho * s.get('d', 0) + (1 - rho) * delta * delta
    return w - (delta + wd * w)


def ftrl(w, g, s, o, t, lr, wd, r, c):
    g, n, lamda = clip(r * g, c), s.get('n', 0 * w), o.get('lamda1', 0.01)
    s['z'] = s.get('z', 0) + g - (np.sqrt(n + g * g) - np.sqrt(n)) * w / lr
    s['n'] = n + g * g
    z = s['z']
    return (np.sign(z) * lamda - z) / ((o.get('beta', 1) + np.sqrt(s['n'])) / lr + wd) * (np.abs(z) > lamda)


def lars(w, g, s, o, t, lr, wd, r, c):
    wn, gn = np.linalg.norm(w), np.linalg.norm(r * g)
    trust = o.get('eta', 0.001) * wn / (gn + wd * wn + o.get('eps', 0)) if wn > 0 and gn > 0 else 1
    mu, last = o.get('momentum', 0), s.get('lr', lr)
    if mu and o.get('momentum_correction', True) and last != 0:
        mu = mu * lr / last
    s['lr'] = lr
    s['m'] = mu * s.get('m', 0) - trust * lr * (clip(r * g, c) + wd * w)
    return w + s['m']


def lamb(w, g, s, o, t, lr, wd, r, c):
    b1, b2 = o.get('beta1', 0.9), o.get('beta2', 0.999)
    g = clip(r * g, c)
    s['m'] = b1 * s.get('m', 0) + (1 - b1) * g
    s['v'] = b2 * s.get('v', 0) + (1 - b2) * g * g
    c1, c2 = (1 - b1**t, 1 - b2**t) if o.get('bias_correction', True) else (1, 1)
    step = s['m'] / c1 / (np.sqrt(s['v'] / c2) + o.get('epsilon', 1e-6)) + wd * w
    r1, r2 = np.linalg.norm(w), np.linalg.norm(step)
    if o.get('lower_bound'):
        r1 = max(r1, o['lower_bound'])
    if o.get('upper_bound'):
        r1 = min(r1, o['upper_bound'])
    return w - (lr if r1 == 0 or r2 == 0 else lr * r1 / r2) * step


RULES = dict(sgd=sgd, nag=nag, signum=signum, adam=adam, adamw=adamw, adamax=adamax, nadam=nadam, adagrad=adagrad,
             rmsprop=rmsprop, adadelta=adadelta, ftrl=ftrl, lars=lars, lamb=lamb)
RATES = dict(adam=0.001, adamw=0.001, adamax=0.002, nadam=0.001, rmsprop=0.001, ftrl=0.1, lamb=0.001)
# options of its own, for each optimizer; all are run with every setting below
OWN = [
    ('sgd', {}), ('sgd', dict(momentum=0.9)), ('nag', {}), ('nag', dict(momentum=0.9)), ('signum', {}),
    ('signum', dict(momentum=0.5, wd_lh=0.1)), ('signum', dict(momentum=0)), ('adam', {}),
    ('adamw', {}), ('adamw', dict(beta1=0.8, beta2=0.95, correct_bias=False, epsilon=1e-3)),
    ('adamax', {}), ('adamax', dict(beta1=0.5, beta2=0.9)), ('nadam', {}),
    ('nadam', dict(beta1=0.8, beta2=0.95, epsilon=1e-3, schedule_decay=0.5)), ('adagrad', {}), ('adagrad', dict(eps=0.1)),
    ('rmsprop', {}), ('rmsprop', dict(gamma1=0.5, epsilon=1e-2, clip_weights=0.75)),
    ('rmsprop', dict(centered=True, epsilon=1e-2)), ('rmsprop', dict(centered=True, gamma2=0.5, epsilon=1e-2, clip_weights=1)),
    ('adadelta', {}), ('adadelta', dict(rho=0.5, epsilon=1e-2)), ('ftrl', {}), ('ftrl', dict(lamda1=0.3, beta=0.5)),
    ('lars', {}), ('lars', dict(momentum=0.9, eta=0.1, eps=1e-3)),
    ('lars', dict(momentum=0.9, eta=0.1, momentum_correction=False)), ('lamb', {}),
    ('lamb', dict(lower_bound=3, epsilon=1e-2)), ('lamb', dict(upper_bound=0.5, bias_correction=False, beta2=0.9)),
]
SETTINGS = [
    ('ordinary', {}),
    ('ordinary', dict(wd=0.1, clip_gradient=0.2, rescale_grad=0.5, lr_mult=True)),
    ('ordinary', dict(wd=0.01, scheduler='poly')),
    ('ordinary', dict(learning_rate=0.05, scheduler='multifactor')),
    ('ordinary', dict(wd=0.01, scheduler='function')),
    ('zero', {}),
    ('zero', dict(wd=0.1)),
    ('huge', {}),
    ('huge', dict(wd=0.1, clip_gradient=0.5)),
]


def run(name, own, gradients, setting, start):
    o = {**SHARED, **setting}
    base = setting.get('learning_rate', 0.2 if o['scheduler'] else RATES.get(name, 0.01))
    rescale = o['rescale_grad'] / BATCH
    weights, states, kept = [w.copy() for w in start], [{} for _ in start], {}
    for t in range(1, STEPS + 1):
        for k, w in enumerate(weights):
            lr = schedule(o['scheduler'], t, base) * (LR_MULT[k] if o['lr_mult'] else 1)
            wd = o['wd'] * (WD_MULT[k] if o['lr_mult'] else 1)
            weights[k] = RULES[name](w, gradients[t - 1][k], states[k], own, t, lr, wd, rescale, o['clip_gradient'])
        if t in (1, STEPS):
            kept[t] = [x for w in weights for x in w.ravel().tolist()]
    return kept


def main():
    random = np.random.default_rng(1)
    draw = lambda: [random.normal(0, 1, shape).astype(np.float32).astype(np.float64) for shape in SHAPES]
    start = draw()
    start[0][1, 2] = 0
    ordinary = [draw() for _ in range(STEPS)]
    for step in ordinary:
        step[0][2] = 0  # a row whose gradient is always zero
    huge = [[(1e12 * g).astype(np.float32).astype(np.float64) for g in draw()] for _ in range(STEPS)]
    gradients = dict(ordinary=ordinary, zero=[[np.zeros(shape) for shape in SHAPES]] * STEPS, huge=huge)
    cases = []
    for name, own in OWN:
        for kind, setting in SETTINGS:
            if name == 'adadelta' and (setting.get('scheduler') or 'learning_rate' in setting):
                continue
            weights = run(name, own, gradients[kind], setting, start)
            cases.append(dict(optimizer=name, own=own, setting=setting, gradients=kind,
                              weights=[[float(f'{x:.9g}') for x in weights[t]] for t in (1, STEPS)]))
    flat = lambda arrays: [x for a in arrays for x in a.ravel().tolist()]
    data = dict(shapes=SHAPES, lrMult=LR_MULT, wdMult=WD_MULT, batch=BATCH, start=flat(start),
                gradients={kind: [flat(step) for step in gradients[kind]] for kind in ('ordinary', 'huge')}, cases=cases)
    path = pathlib.Path(__file__).with_suffix('.json')
    head = json.dumps({k: v for k, v in data.items() if k != 'cases'})[:-1]
    path.write_text(head + ', "cases": [\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]}\n')


if __name__ == '__main__':
    main()
