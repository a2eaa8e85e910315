"use strict";
// Draws the figures that the page holds as JSON, in the colours of the page: light, dark, or paper.
(function () {
  const PAPER = { ink: "#1b1f24", line: "#d5d9de", card: "#ffffff" };
  const config = { displayModeBar: false };
  const charts = new Map();
  document.querySelectorAll("script[data-chart]").forEach(function (holder) {
    charts.set(holder.dataset.chart, JSON.parse(holder.textContent));
  });

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return { ink: read("--ink"), line: read("--line"), card: read("--card") };
  }

  function look(paint) {
    const keys = {
      "font.color": paint.ink,
      "hoverlabel.bgcolor": paint.card,
      "hoverlabel.bordercolor": paint.line,
      "hoverlabel.font.color": paint.ink,
    };
    for (const axis of ["xaxis", "yaxis"]) {
      keys[axis + ".gridcolor"] = keys[axis + ".linecolor"] = paint.line;
      keys[axis + ".zerolinecolor"] = paint.ink;
    }
    return keys;
  }

  function paint(colours) {
    charts.forEach((_, id) => Plotly.relayout(id, look(colours)));
  }

  const font = getComputedStyle(document.documentElement).getPropertyValue("--sans");
  charts.forEach(function (figure, id) {
    Object.assign(figure.layout, { font: { family: font, size: 12 }, hoverlabel: { align: "left" } });
    Plotly.newPlot(id, figure.data, figure.layout, config);
  });
  paint(colours());

  const fit = new ResizeObserver((entries) => entries.forEach((one) => Plotly.Plots.resize(one.target)));
  charts.forEach((_, id) => fit.observe(document.getElementById(id)));

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => paint(colours()));
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach((one) => (one.open = true));
    paint(PAPER);
  });
  window.addEventListener("afterprint", () => paint(colours()));

  document.querySelectorAll("[data-legend]").forEach(function (legend) {
    const map = document.getElementById(legend.dataset.legend);
    const buttons = Array.from(legend.querySelectorAll("button"));
    const trace = (button) => map.data.findIndex((one) => String(one.meta) === button.dataset.theme);
    function show(button, visible) {
      button.setAttribute("aria-pressed", String(visible));
      Plotly.restyle(map, { visible: visible }, [trace(button)]);
    }
    buttons.forEach(function (button) {
      button.addEventListener("click", () => show(button, button.getAttribute("aria-pressed") !== "true"));
      button.addEventListener("dblclick", function () {
        const alone = buttons.every((one) => one === button || one.getAttribute("aria-pressed") !== "true");
        buttons.forEach((one) => show(one, alone || one === button));
      });
    });
  });
})();
