/* Draws every [data-chart] with ECharts from its JSON. Functions cannot come with the page, so number formats are here. */
(function () {
  "use strict";
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const palette = ["#1f5fae", "#c47a12", "#2f8f6b", "#8a5bb5", "#b3443c", "#5a7a94"];

  function axis(given) {
    if (!given) return given;
    const base = {
      axisLine: { lineStyle: { color: token("--g-line-strong") } },
      axisTick: { show: false },
      axisLabel: { color: token("--g-quiet"), fontSize: 12 },
      splitLine: { lineStyle: { color: token("--g-line") } },
      nameTextStyle: { color: token("--g-quiet") },
    };
    const merge = (one) => Object.assign({}, base, one, {
      axisLabel: Object.assign({}, base.axisLabel, one.axisLabel),
    });
    return Array.isArray(given) ? given.map(merge) : merge(given);
  }

  function draw(box) {
    const option = JSON.parse(box.dataset.chart);
    const chart = window.echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(Object.assign(
      {
        color: palette,
        animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
        animationDuration: 250,
        textStyle: { fontFamily: token("--g-font"), color: token("--g-text") },
        grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
        tooltip: { trigger: "axis", confine: true, valueFormatter: (v) => (typeof v === "number" ? v.toLocaleString("zh-CN") : v) },
      },
      option,
      { legend: Object.assign({ top: 0, right: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: token("--g-text") } }, option.legend) },
      option.xAxis ? { xAxis: axis(option.xAxis), yAxis: axis(option.yAxis) } : {},
    ));
    new ResizeObserver(() => chart.resize()).observe(box);
    return chart;
  }

  function ready() {
    const charts = new Map();
    document.querySelectorAll("[data-chart]").forEach((box) => charts.set(box.id, draw(box)));
    document.querySelectorAll("[data-chart-export]").forEach((button) => {
      button.addEventListener("click", () => {
        const chart = charts.get(button.dataset.chartExport);
        if (!chart) return;
        const link = document.createElement("a");
        link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
        link.download = (document.getElementById(button.dataset.chartExport).getAttribute("aria-label") || "chart") + ".png";
        link.click();
      });
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready); else ready();
})();
