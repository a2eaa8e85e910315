"use strict";
// The articles that have a place on the map: their places, which of them lie where, and where themes are named.
function mapPoints() {
  const { x: xs, y: ys, n: nArticles, theme } = view.data.articles;
  const MOST = 65535;
  const CELLS = 256; // the grid that finds points has as many cells across
  const SPOTS = 32; // the grid that finds where a theme is densest

  const at = [];
  for (let n = 0; n < nArticles; n++) if (xs[n] !== null && ys[n] !== null) at.push(n);
  const n = at.length;
  const article = Int32Array.from(at);
  const x = Float32Array.from(at, (one) => xs[one] / MOST);
  let height = 0;
  for (const one of at) height = Math.max(height, ys[one] / MOST);
  let width = 0;
  for (let p = 0; p < n; p++) width = Math.max(width, x[p]);
  const y = Float32Array.from(at, (one) => height - ys[one] / MOST); // upwards on the map is up on the page

  const cellOf = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(value * CELLS)));
  const starts = new Int32Array(CELLS * CELLS + 1);
  for (let p = 0; p < n; p++) starts[cellOf(y[p]) * CELLS + cellOf(x[p]) + 1]++;
  for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1] += starts[cell];
  const filled = starts.slice();
  const members = new Int32Array(n);
  for (let p = 0; p < n; p++) members[filled[cellOf(y[p]) * CELLS + cellOf(x[p])]++] = p;

  // Calls ``visit`` with each point in the cells that the rectangle touches.
  function each(left, top, right, bottom, visit) {
    if (right < 0 || bottom < 0) return;
    for (let row = cellOf(top); row <= cellOf(bottom); row++) {
      const from = starts[row * CELLS + cellOf(left)];
      const to = starts[row * CELLS + cellOf(right) + 1];
      for (let one = from; one < to; one++) visit(members[one]);
    }
  }

  // The points with 1 in ``state`` at most ``radius`` from a place, the nearest first.
  function near(px, py, radius, state) {
    const found = [];
    each(px - radius, py - radius, px + radius, py + radius, function (p) {
      const distance = Math.hypot(x[p] - px, y[p] - py);
      if (state[p] === 1 && distance <= radius) found.push([distance, p]);
    });
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((one) => one[1]);
  }

  // The points with 1 in ``state`` inside a polygon of [x, y], by the number of its edges to their right.
  function inside(polygon, state) {
    const xsOf = polygon.map((one) => one[0]);
    const ysOf = polygon.map((one) => one[1]);
    const found = [];
    each(Math.min(...xsOf), Math.min(...ysOf), Math.max(...xsOf), Math.max(...ysOf), function (p) {
      if (state[p] !== 1) return;
      let odd = false;
      for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
        const above = ysOf[a] > y[p];
        if (above !== ysOf[b] > y[p] && x[p] < ((xsOf[b] - xsOf[a]) * (y[p] - ysOf[a])) / (ysOf[b] - ysOf[a]) + xsOf[a])
          odd = !odd;
      }
      if (odd) found.push(p);
    });
    return found.sort((a, b) => a - b);
  }

  // Where each theme is densest among the points with 1 in ``state`` inside a rectangle {left, top, right, bottom}:
  // {theme, n, x, y}, the largest first.
  function anchors(state, { left, top, right, bottom }) {
    const spotX = (p) => Math.floor(((x[p] - left) / (right - left)) * SPOTS);
    const spotY = (p) => Math.floor(((y[p] - top) / (bottom - top)) * SPOTS);
    const of = (p) => (state[p] === 1 && x[p] >= left && x[p] < right && y[p] >= top && y[p] < bottom ? theme[article[p]] : -1);
    const counts = new Int32Array(view.data.themes.length * SPOTS * SPOTS);
    const found = view.data.themes.map((_, own) => ({ theme: own, n: 0, x: 0, y: 0, cell: 0, sum: 0 }));
    for (let p = 0; p < n; p++) {
      const own = of(p);
      if (own < 0) continue;
      counts[(own * SPOTS + spotY(p)) * SPOTS + spotX(p)]++;
      found[own].n++;
    }
    found.filter((one) => one.n).forEach(function (one) {
      let most = 0;
      for (let cell = 0; cell < SPOTS * SPOTS; cell++) {
        const sum = around(counts, one.theme * SPOTS * SPOTS, cell);
        if (sum > most) [one.cell, most] = [cell, sum];
      }
    });
    for (let p = 0; p < n; p++) {
      const own = of(p);
      if (own < 0) continue;
      const one = found[own];
      if (Math.abs(spotY(p) - Math.floor(one.cell / SPOTS)) > 1 || Math.abs(spotX(p) - (one.cell % SPOTS)) > 1) continue;
      one.x += x[p];
      one.y += y[p];
      one.sum++;
    }
    return found.filter((one) => one.n).map((one) => ({ theme: one.theme, n: one.n, x: one.x / one.sum, y: one.y / one.sum }))
      .sort((a, b) => b.n - a.n || a.theme - b.theme);
  }

  function around(counts, from, cell) {
    const row = Math.floor(cell / SPOTS), column = cell % SPOTS;
    let sum = 0;
    for (let r = Math.max(0, row - 1); r <= Math.min(SPOTS - 1, row + 1); r++)
      for (let c = Math.max(0, column - 1); c <= Math.min(SPOTS - 1, column + 1); c++) sum += counts[from + r * SPOTS + c];
    return sum;
  }

  return { n, article, x, y, width, height, near, inside, anchors };
}
