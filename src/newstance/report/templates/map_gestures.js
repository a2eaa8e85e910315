"use strict";
// What fingers, mouse and keys do on the map, which ``act`` does: pan, zoom, whole, hover, pick, lasso, list, clear, focus,
// rest; it tells isLasso and isDeep, whether the map is enlarged.
//
// Two fingers zoom and move. One finger moves the map only where it is enlarged or a lasso is drawn; otherwise it
// scrolls the page. A wheel that was turned to scroll the page does not zoom the map on its way.
function mapGestures(canvas, act) {
  const STILL = 5; // pixels within which a press is a click
  const [REACH, REACH_OF_FINGER] = [9, 18]; // pixels around a press in which articles are meant
  const STEP = 40;
  const ZOOM = 1.5;
  const AFTER_SCROLL = 350; // milliseconds
  const pointers = new Map();
  let lasso = null; // [x, y] in pixels, while one is drawn
  let rectangle = false;
  let pressed = null;
  let scrolled = -Infinity;

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = (two) => [(two[0][0] + two[1][0]) / 2, (two[0][1] + two[1][1]) / 2];
  const span = (two) => Math.max(1, Math.hypot(two[0][0] - two[1][0], two[0][1] - two[1][1]));

  function down(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = place(event);
    pointers.set(event.pointerId, at);
    canvas.setPointerCapture(event.pointerId);
    act.hover(null);
    if (pointers.size > 1) {
      pressed = lasso = null;
      act.lasso(null);
      return;
    }
    pressed = at;
    rectangle = event.shiftKey;
    lasso = act.isLasso() || rectangle ? [at] : null;
  }

  function move(event) {
    const at = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") act.hover(at);
      return;
    }
    if (pointers.size > 1) {
      const old = [...pointers.values()].slice(0, 2);
      pointers.set(event.pointerId, at);
      const now = [...pointers.values()].slice(0, 2);
      const [from, to] = [middle(old), middle(now)];
      act.pan(to[0] - from[0], to[1] - from[1]);
      act.zoom(span(now) / span(old), ...to);
      return;
    }
    if (pressed && Math.hypot(at[0] - pressed[0], at[1] - pressed[1]) > STILL) pressed = null;
    pointers.set(event.pointerId, at);
    if (lasso) {
      lasso = rectangle ? corners(lasso[0], at) : [...lasso, at];
      if (!pressed) act.lasso(lasso);
    } else if (!pressed && (event.pointerType === "mouse" || act.isDeep())) act.pan(at[0] - before[0], at[1] - before[1]);
  }

  const corners = ([left, top], [right, bottom]) => [[left, top], [right, top], [right, bottom], [left, bottom]];

  function up(event) {
    if (!pointers.delete(event.pointerId)) return;
    const drawn = lasso;
    lasso = null;
    if (event.type === "pointercancel") act.lasso(null);
    else if (pressed && !pointers.size) act.pick(pressed, event.pointerType === "touch" ? REACH_OF_FINGER : REACH);
    else if (drawn && drawn.length > 2) act.lasso(drawn, true);
    pressed = null;
    act.rest();
  }

  function wheel(event) {
    if (!event.ctrlKey && performance.now() - scrolled < AFTER_SCROLL) return;
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1);
    if (act.zoom(Math.exp(-Math.max(-150, Math.min(150, pixels)) / 250), ...place(event))) event.preventDefault();
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const centre = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    const keys = {
      "+": () => act.zoom(ZOOM, ...centre), "=": () => act.zoom(ZOOM, ...centre),
      "-": () => act.zoom(1 / ZOOM, ...centre), "0": act.whole,
      ArrowLeft: () => act.pan(STEP, 0), ArrowRight: () => act.pan(-STEP, 0),
      ArrowUp: () => act.pan(0, STEP), ArrowDown: () => act.pan(0, -STEP),
      Enter: () => act.list(centre), Escape: act.clear,
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    act.rest();
  }

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => act.hover(null));
  canvas.addEventListener("wheel", wheel, { passive: false });
  canvas.addEventListener("keydown", key);
  window.addEventListener("scroll", () => (scrolled = performance.now()), { passive: true });
  ["focus", "blur"].forEach((one) => canvas.addEventListener(one, () => act.focus(one === "focus" && canvas.matches(":focus-visible"))));
}
