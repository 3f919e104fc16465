"""Style transfer on the features of a small network."""
import torch
import torch.nn.functional as F


def run(inputs, weights, note):
    w1, b1, w2, b2, w3, b3, w4, b4 = weights

    def features(x):
        first = F.relu(F.conv2d(x, w1, b1, padding=1))
        x = F.max_pool2d(F.relu(F.conv2d(first, w2, b2, padding=1)), 2)
        second = F.relu(F.conv2d(x, w3, b3, padding=1))
        return F.conv2d(F.max_pool2d(second, 2), w4, b4, padding=1), (first, second)

    def gram(x):
        rows = x.reshape(x.shape[1], -1)
        return rows @ rows.T / rows.numel()

    content, _ = features(inputs["content"])
    grams = [gram(x) for x in features(inputs["style"])[1]]
    content, grams = content.detach(), [g.detach() for g in grams]
    image = inputs["content"].clone().requires_grad_()
    trainer = torch.optim.SGD([image], lr=0.3)
    for _ in range(4):
        trainer.zero_grad()
        contents, styles = features(image)
        loss = ((contents - content) ** 2).mean()
        loss = loss + sum(1e3 * ((gram(x) - g) ** 2).mean() for x, g in zip(styles, grams))
        down = (image[:, :, 1:] - image[:, :, :-1]).abs().mean()
        right = (image[..., 1:] - image[..., :-1]).abs().mean()
        loss = loss + 10 * 0.5 * (down + right)
        loss.backward()
        trainer.step()
        note(loss)
    note(image)
