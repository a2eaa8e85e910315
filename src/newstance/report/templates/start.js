"use strict";
// Draws the charts of the page, each in its own element; opens what is folded for paper; goes where the
// address says.
(function () {
  function draw(id, chart) {
    const element = document.getElementById(id);
    if (element && chart) chart(element);
  }
  draw("map-chart", typeof articleMap === "function" && articleMap);
  draw("time-charts", typeof timeCharts === "function" && timeCharts);
  draw("reliability-chart", typeof reliability === "function" && reliability);

  const folded = Array.from(document.querySelectorAll("details"));
  let closed = [];
  window.addEventListener("beforeprint", function () {
    closed = folded.filter((one) => !one.open);
    closed.forEach((one) => (one.open = true));
  });
  window.addEventListener("afterprint", () => closed.forEach((one) => (one.open = false)));
  view.arrive();
})();
