// Draws every <figure data-chart="id-of-json"> with ECharts. The option is plain JSON; three things
// in it are put into life here, because JSON has no colours of a theme, no functions and no links:
//   "token:accent"        a colour of the theme (also "token:warn/0.2" with an opacity),
//   "--ll-accent"         the same by the name of its variable
//   "format:integer"      a formatter: integer, percent, points, amount, days
//   data: [{value, url}]  a click opens url
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const chinese = language.startsWith("zh");
  const charts = new Map();
  const TOKENS = {
    accent: "--ll-accent", warn: "--ll-warn", good: "--ll-good", bad: "--ll-bad", info: "--ll-info",
    band: "--ll-band", track: "--ll-track", text: "--tblr-body-color", muted: "--tblr-secondary-color",
    line: "--tblr-border-color", surface: "--tblr-bg-surface", soft: "--ll-accent-soft", grey: "--ll-band",
  };
  // A probe element resolves light-dark() and color-mix(), which a canvas does not understand.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  const VARIABLE = /^--(?:ll|tblr)-[a-z0-9-]+$/;

  function colour(name, opacity = 1) {
    probe.style.color = `var(${VARIABLE.test(name) ? name : (TOKENS[name] ?? TOKENS.text)})`;
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = getComputedStyle(probe).color;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
  }

  const grouped = (value, places = 0) =>
    Number(value).toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });

  function amount(value) {
    const steps = chinese ? [[1e8, " 亿"], [1e4, " 万"]] : [[1e9, " bn"], [1e6, " M"], [1e3, " k"]];
    const [step, unit] = steps.find(([size]) => Math.abs(value) >= size) ?? [1, ""];
    return grouped(value / step, step === 1 || Math.abs(value / step) >= 1000 ? 0 : 1).replace(/\.0$/, "") + unit;
  }

  const FORMATS = {
    integer: (value) => grouped(value),
    percent: (value) => `${grouped(value * 100, 1).replace(/\.0$/, "")}%`,
    points: (value) => `${value < 0 ? "−" : "+"}${grouped(Math.abs(value * 100), 1)}`,
    amount,
    days: (value) => grouped(value, Number.isInteger(value) ? 0 : 1),
  };

  function formatter(name) {
    const format = FORMATS[name] ?? String;
    return (given) => {
      const value = given !== null && typeof given === "object" ? given.value : given;
      return value === null || value === undefined ? "" : format(Array.isArray(value) ? value.at(-1) : value);
    };
  }

  function revive(value) {
    if (typeof value === "string") {
      if (value.startsWith("token:")) {
        const [name, opacity] = value.slice(6).split("/");
        return colour(name, opacity ? Number(opacity) : 1);
      }
      if (VARIABLE.test(value)) return colour(value);
      return value.startsWith("format:") ? formatter(value.slice(7)) : value;
    }
    if (Array.isArray(value)) return value.map(revive);
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
    }
    return value;
  }

  function base() {
    const axis = {
      axisLabel: { color: colour("muted"), fontSize: 12 },
      axisLine: { lineStyle: { color: colour("line") } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: colour("line") } },
      nameTextStyle: { color: colour("muted") },
    };
    return {
      color: ["accent", "band", "warn", "info", "good", "bad"].map((name) => colour(name)),
      textStyle: { color: colour("text"), fontFamily: getComputedStyle(document.body).fontFamily },
      categoryAxis: { ...axis, splitLine: { show: false } },
      valueAxis: axis,
      timeAxis: axis,
      legend: { textStyle: { color: colour("text") } },
      // Drawn on the canvas: the HTML tooltip needs inline styles, which the page's policy forbids.
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: colour("surface"), borderColor: colour("line"),
        textStyle: { color: colour("text"), fontSize: 12 },
      },
    };
  }

  function draw(figure) {
    const source = document.getElementById(figure.dataset.chart);
    const place = figure.querySelector(".chart-canvas");
    if (!source || !place) return;
    charts.get(figure)?.dispose();
    const chart = echarts.init(place, base(), { renderer: "canvas" });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const option = revive(JSON.parse(source.textContent));
    // Names come from people: drawn as text on the canvas, whatever the option says.
    if (option.tooltip) option.tooltip = { ...option.tooltip, renderMode: "richText", confine: true };
    chart.setOption({ animation: !still, animationDuration: 300, aria: { enabled: true }, ...option });
    chart.on("click", (event) => event.data?.url && location.assign(event.data.url));
    charts.set(figure, chart);
  }

  function save(figure) {
    const picture = charts.get(figure)?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("surface") });
    if (!picture) return;
    const link = document.createElement("a");
    link.href = picture;
    link.download = `${figure.dataset.name || "chart"}.png`;
    link.click();
  }

  function drawAll(root) {
    root.querySelectorAll("figure[data-chart]").forEach((figure) => {
      if (!charts.has(figure)) {
        draw(figure);
        sizes.observe(figure);
      }
    });
    for (const [figure, chart] of charts) {
      if (!figure.isConnected) {
        chart.dispose();
        charts.delete(figure);
      }
    }
  }

  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => charts.get(target)?.resize()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-save]");
    if (button) save(document.querySelector(`figure[data-name="${CSS.escape(button.dataset.chartSave)}"]`));
  });
  document.addEventListener("leadloop:theme", () => [...charts.keys()].forEach(draw));
  document.addEventListener("htmx:after:swap", () => drawAll(document));
  drawAll(document);
})();
