"use strict";
// Draws the charts of the page, each in its own element.
(function () {
  function draw(id, chart) {
    const element = document.getElementById(id);
    if (element && chart) chart(element);
  }
  draw("map-chart", typeof articleMap === "function" && articleMap);
  draw("time-charts", typeof timeCharts === "function" && timeCharts);
  draw("reliability-chart", typeof reliability === "function" && reliability);
})();
