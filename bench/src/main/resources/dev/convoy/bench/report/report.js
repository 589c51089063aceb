'use strict';

// One colour for each engine wherever it appears (Okabe and Ito's, safe for colour-blind readers;
// variants of an engine are shades of its colour).
const COLORS = {
  'native': '#0072b2',
  'java': '#e69f00',
  'pytorch': '#d55e00',
  'pytorch-nhwc': '#f08c4b',
  'djl-pytorch': '#a34700',
  'onednn': '#009e73',
  'onednn-nchw': '#5cc4a4',
  'onednn-reorders': '#00664a',
  'onnxruntime': '#cc79a7',
  'nd4j': '#8c7ae6',
  'naive': '#8a8f98'
};
const color = engine => COLORS[engine] || '#56b4e9';
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const byId = id => document.getElementById(id);
const ours = engine => RUN.ours.includes(engine);
const plural = n => n === 1 ? '1 thread' : n + ' threads';

function format(value) {
  return value === 0 ? '0'
      : value >= 1000 ? Math.round(value).toLocaleString('en')
      : value >= 100 ? value.toFixed(0)
      : value >= 10 ? value.toFixed(1)
      : value >= 1 ? value.toFixed(2)
      : value >= 0.001 ? value.toPrecision(2)
      : value.toPrecision(2);
}

function groups(rows, key) {
  const map = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!map.has(name)) map.set(name, []);
    map.get(name).push(row);
  }
  return map;
}

const setting = row => plural(row.threads) + ', ' + row.dtype;
const settings = new Set(RUN.rows.map(setting));
const comparison = row => [row.benchmark, row.workload, row.threads, row.dtype].join('|');
const COMPARED = groups(RUN.rows, comparison);
const rivalsOf = row => COMPARED.get(comparison(row)).filter(other => RUN.rivals.includes(other.engine));
const bestRival = row => rivalsOf(row).reduce((a, b) => !a || b.ms < a.ms ? b : a, null);

// ---- Charts ----

const charts = [];

function draw(element, option, height) {
  if (height) element.style.height = height + 'px';
  const chart = echarts.init(element, null, {renderer: 'svg'});
  chart.setOption(Object.assign({
    animation: false,
    textStyle: {fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'}
  }, option));
  charts.push(chart);
}

function axis(extra) {
  return Object.assign({
    axisLine: {lineStyle: {color: css('--line')}},
    axisTick: {show: false},
    axisLabel: {color: css('--muted')},
    nameTextStyle: {color: css('--muted')},
    splitLine: {lineStyle: {color: css('--line')}}
  }, extra);
}

const tooltip = formatter => ({
  trigger: 'item',
  backgroundColor: css('--card'),
  borderColor: css('--line'),
  textStyle: {color: css('--text')},
  confine: true,
  formatter
});

function figure(parent, title, subtitle) {
  const box = document.createElement('figure');
  const caption = document.createElement('figcaption');
  caption.textContent = title;
  const small = document.createElement('small');
  small.textContent = subtitle;
  caption.append(small);
  const chart = document.createElement('div');
  chart.className = 'chart';
  box.append(caption, chart);
  parent.append(box);
  return chart;
}

// ---- Headline: each engine against the best rival, or against the other engine ----

function headline() {
  const base = RUN.rivals.length > 0 ? 'rival' : RUN.ours.length > 1 ? RUN.ours[RUN.ours.length - 1] : null;
  const main = RUN.rows.filter(row => !row.workload.includes('@') && row.threads === RUN.rows[0].threads
      && row.dtype === RUN.rows[0].dtype && !row.benchmark.startsWith('CallOverhead'));
  const engines = RUN.ours.filter(engine => engine !== base);
  const titles = [...new Set(main.map(row => row.title))];
  const other = row => base === 'rival' ? bestRival(row)
      : COMPARED.get(comparison(row)).find(o => o.engine === base);
  const means = engines.map(engine => titles.map(title => {
    const ratios = main.filter(row => row.engine === engine && row.title === title && other(row))
        .map(row => other(row).ms / row.ms);
    return ratios.length === 0 ? null
        : Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
  }));
  const shown = titles.map((_, t) => t).filter(t => means.some(mean => mean[t] !== null));
  return {
    base,
    titles: shown.map(t => titles[t]),
    series: engines.map((engine, e) => ({engine, means: shown.map(t => means[e][t])}))
  };
}

function headlineOption(data, text, muted, line) {
  return {
    grid: {left: 8, right: 56, top: 34, bottom: 28, containLabel: true},
    legend: {top: 0, left: 0, textStyle: {color: text}, itemWidth: 14, data: data.series.map(s => s.engine)},
    xAxis: {
      type: 'value', min: 0, name: 'times as fast', nameLocation: 'middle', nameGap: 24,
      axisLabel: {color: muted, formatter: v => v + '×'}, nameTextStyle: {color: muted},
      splitLine: {lineStyle: {color: line}}
    },
    yAxis: {
      type: 'category', inverse: true, data: data.titles, axisTick: {show: false},
      axisLine: {lineStyle: {color: line}}, axisLabel: {color: text}
    },
    series: data.series.map((s, i) => ({
      name: s.engine, type: 'bar', barMaxWidth: 16, itemStyle: {color: color(s.engine)},
      label: {show: true, position: 'right', color: text, formatter: p => p.value === null ? '' : format(p.value) + '×'},
      data: s.means,
      markLine: i > 0 ? undefined : {
        symbol: 'none', silent: true, label: {show: false},
        lineStyle: {color: text, type: 'dashed'}, data: [{xAxis: 1}]
      }
    }))
  };
}

function drawHeadline() {
  const data = headline();
  if (data.series.length === 0 || data.titles.length === 0) {
    byId('headline').parentElement.hidden = true;
    return;
  }
  const against = data.base === 'rival' ? 'the fastest rival' : 'the engine ' + data.base;
  byId('headline-title').textContent = 'Against ' + against;
  byId('headline-text').textContent = 'Its time over ours, geometric mean over the workloads of each operation, '
      + setting(RUN.rows[0]) + '; for each workload ' + (data.base === 'rival'
      ? 'the rival that is fastest there, of ' + RUN.rivals.join(', ') + '.' : 'its own time.')
      + ' To the right of the dashed line, Convoy is faster.';
  const height = 70 + data.titles.length * (data.series.length * 18 + 14);
  draw(byId('headline'), headlineOption(data, css('--text'), css('--muted'), css('--line')), height);
  const still = echarts.init(null, null, {renderer: 'svg', ssr: true, width: 760, height: height + 26});
  const option = headlineOption(data, '#1b1f24', '#59636e', '#d8dee4');
  option.animation = false;
  option.backgroundColor = '#ffffff';
  option.title = {text: 'Speed against ' + against + ' (' + setting(RUN.rows[0]) + '), higher is better',
    left: 8, top: 6, textStyle: {color: '#1b1f24', fontSize: 14}};
  option.legend.top = 28;
  option.legend.left = 8;
  option.grid.top = 60;
  still.setOption(option);
  byId('headline-image').innerHTML = still.renderToSVGString();
  still.dispose();
}

// ---- Bars ----

const CUT = 8;

function barsOf(rows) {
  const sorted = [...rows].sort((a, b) => a.ms - b.ms);
  const longest = Math.max(...rows.map(row => row.high));
  const most = Math.min(longest, CUT * sorted[0].ms);
  return {
    grid: {left: 4, right: 76, top: 4, bottom: 22, containLabel: true},
    tooltip: tooltip(p => {
      const row = sorted[p.dataIndex];
      return `<b>${row.engine}</b><br>${format(row.ms)} ms (${format(row.low)} to ${format(row.high)})<br>`
          + (row.limit ? `${(100 * row.fraction).toFixed(0)} % of the limit (${row.limit})` : '');
    }),
    xAxis: axis({type: 'value', min: 0, max: most < longest ? most : undefined, splitNumber: 3, axisLabel: {color: css('--muted'), hideOverlap: true, formatter: v => format(v) + (v ? '' : ' ms')}}),
    yAxis: axis({
      type: 'category', inverse: true, data: sorted.map(row => row.engine),
      axisLabel: {color: css('--text'), formatter: name => ours(name) ? `{bold|${name}}` : name,
        rich: {bold: {fontWeight: 'bold', color: css('--text')}}}
    }),
    series: [{
      type: 'bar', barMaxWidth: 14,
      data: sorted.map(row => ({value: Math.min(most, row.ms), itemStyle: {color: color(row.engine)}}))
    }, {
      type: 'custom', silent: true, z: 3,
      data: sorted.map((row, i) => [row.low, i, row.high]),
      encode: {x: [0, 2], y: 1},
      renderItem: (params, api) => {
        const from = api.coord([Math.min(most, api.value(0)), api.value(1)]);
        const to = api.coord([Math.min(most, api.value(2)), api.value(1)]);
        const stroke = {stroke: css('--text'), lineWidth: 1};
        const label = sorted[api.value(1)];
        return {type: 'group', children: [
          {type: 'line', shape: {x1: from[0], y1: from[1], x2: to[0], y2: to[1]}, style: stroke},
          {type: 'line', shape: {x1: from[0], y1: from[1] - 4, x2: from[0], y2: from[1] + 4}, style: stroke},
          {type: 'line', shape: {x1: to[0], y1: to[1] - 4, x2: to[0], y2: to[1] + 4}, style: stroke},
          {type: 'text', style: {text: (label.ms > most ? '▸ ' : '') + format(label.ms) + ' ms', x: to[0] + 6, y: to[1], fill: css('--text'),
            verticalAlign: 'middle', fontSize: 12}}
        ]};
      }
    }]
  };
}

function drawBars() {
  const parent = byId('bars');
  parent.replaceChildren();
  const main = RUN.rows.filter(row => !row.workload.includes('@'));
  for (const [title, rows] of groups(main, row => row.title)) {
    const heading = document.createElement('h3');
    heading.textContent = title[0].toUpperCase() + title.slice(1);
    const grid = document.createElement('div');
    grid.className = 'grid';
    parent.append(heading, grid);
    for (const same of groups(rows, comparison).values()) {
      const row = same[0];
      if (same.length < 2 && COMPARED.size > 1 && row.threads !== RUN.rows[0].threads) continue;
      const chart = figure(grid, row.workload, row.shape + (settings.size > 1 ? '; ' + setting(row) : ''));
      draw(chart, barsOf(same), 30 + 22 * same.length);
    }
  }
}

// ---- Roofline ----

function drawRoofline() {
  const first = RUN.rows[0];
  const limits = RUN.limits.find(l => l.threads === first.threads && l.dtype === first.dtype);
  const rows = RUN.rows.filter(row => row.bytes > 0 && row.flops > 0 && row.threads === first.threads
      && row.dtype === first.dtype && !row.benchmark.startsWith('CallOverhead') && !row.workload.includes('@'));
  if (!limits || rows.length === 0) {
    byId('roofline').parentElement.hidden = true;
    return;
  }
  const low = 0.05, high = 2000;
  const size = bytes => bytes >= 1 << 20 ? (bytes >> 20) + ' MiB' : (bytes >> 10) + ' KiB';
  const roofs = limits.copies.map(copy => ({
    name: `copy ${size(copy.bytes)}${copy.streaming ? ', streaming' : ''}: ${format(copy.gigabytes)} GB/s`,
    type: 'line', showSymbol: false, silent: true,
    lineStyle: {color: css('--muted'), width: 1.2, type: copy.streaming ? 'dashed' : 'solid'},
    data: [[low, low * copy.gigabytes], [limits.gflops / copy.gigabytes, limits.gflops]],
    markPoint: undefined
  }));
  roofs.push({
    name: `FMA peak: ${format(limits.gflops)} GFLOP/s`, type: 'line', showSymbol: false, silent: true,
    lineStyle: {color: css('--text'), width: 1.5},
    data: [[Math.min(...limits.copies.map(c => limits.gflops / c.gigabytes)), limits.gflops], [high, limits.gflops]]
  });
  const points = [...groups(rows, row => row.engine)].map(([engine, of]) => ({
    name: engine, type: 'scatter', symbolSize: ours(engine) ? 10 : 7,
    symbol: ours(engine) ? 'circle' : 'diamond',
    itemStyle: {color: color(engine), opacity: 0.85},
    data: of.map(row => ({value: [row.flops / row.bytes, row.flops / row.ms / 1e6], row}))
  }));
  const names = roofs.map(r => r.name);
  draw(byId('roofline'), {
    grid: {left: 58, right: 20, top: 88, bottom: 48},
    legend: {top: 0, left: 0, type: 'scroll', textStyle: {color: css('--text')}, data: points.map(p => p.name)},
    graphic: names.map((name, i) => ({
      type: 'text', left: i % 2 === 0 ? 4 : '50%', top: 30 + 18 * Math.floor(i / 2),
      style: {text: name, fill: css('--muted'), fontSize: 12}
    })),
    tooltip: tooltip(p => p.data.row ? `<b>${p.data.row.engine}</b>, ${p.data.row.title}<br>${p.data.row.workload}: `
        + `${format(p.data.value[1])} GFLOP/s at ${format(p.data.value[0])} operations/byte` : ''),
    xAxis: axis({type: 'log', min: low, max: high, name: 'operations / byte', nameLocation: 'middle', nameGap: 28}),
    yAxis: axis({type: 'log', name: 'GFLOP/s', nameLocation: 'end', nameGap: 8,
      min: 0.1,
      max: Math.pow(10, Math.ceil(Math.log10(Math.max(limits.gflops * 2, ...rows.map(row => row.flops / row.ms / 1e6)))))}),
    series: roofs.concat(points)
  });
}

// ---- Scaling ----

function drawScaling() {
  const parent = byId('scaling');
  parent.replaceChildren();
  let drawn = 0;
  for (const rows of groups(RUN.rows, row => row.benchmark + '|' + row.workload + '|' + row.dtype).values()) {
    const counts = [...new Set(rows.map(row => row.threads))].sort((a, b) => a - b);
    if (counts.length < 2) continue;
    const chart = figure(parent, rows[0].title, rows[0].workload + ', ' + rows[0].dtype + ': times as fast as with one thread');
    line(chart, rows, row => row.threads, (row, same) => {
      const one = same.find(r => r.threads === counts[0]);
      return one ? one.ms / row.ms * counts[0] : null;
    }, {type: 'category', data: counts.map(String), name: 'threads'}, row => String(row.threads), '×');
    drawn++;
  }
  const base = row => row.workload.replace(/@.*/, '');
  for (const rows of groups(RUN.rows, row => row.benchmark + '|' + base(row) + '|' + row.dtype + '|' + row.threads).values()) {
    const batches = [...new Set(rows.map(row => row.batch))].sort((a, b) => a - b);
    if (batches.length < 2) continue;
    const chart = figure(parent, rows[0].title, base(rows[0]) + ', ' + setting(rows[0]) + ': ms for each image');
    line(chart, rows, row => row.batch, row => row.ms / row.batch,
        {type: 'category', data: batches.map(String), name: 'images in a batch'}, row => String(row.batch), '');
    drawn++;
  }
  parent.parentElement.hidden = drawn === 0;
}

function line(element, rows, order, value, xAxis, x, unit) {
  draw(element, {
    grid: {left: 8, right: 70, top: 14, bottom: 28, containLabel: true},
    tooltip: tooltip(p => `<b>${p.seriesName}</b><br>${format(p.value[1])}${unit}`),
    xAxis: axis(Object.assign({nameLocation: 'middle', nameGap: 26}, xAxis)),
    yAxis: axis({type: 'value', min: 0, splitNumber: 4, axisLabel: {color: css('--muted'), formatter: v => format(v) + unit}}),
    series: [...groups(rows, row => row.engine)].map(([engine, of]) => ({
      name: engine, type: 'line', symbolSize: 7, itemStyle: {color: color(engine)}, lineStyle: {color: color(engine)},
      endLabel: {show: true, formatter: '{a}', color: css('--text')},
      labelLayout: {moveOverlap: 'shiftY'},
      data: [...of].sort((a, b) => order(a) - order(b)).map(row => [x(row), value(row, of)])
    }))
  }, 230);
}

// ---- Text ----

function table(id, head, rows, numbers) {
  const element = byId(id);
  element.replaceChildren();
  const add = (cells, tag) => {
    const line = document.createElement('tr');
    cells.forEach((cell, i) => {
      const td = document.createElement(tag);
      td.textContent = cell;
      if (numbers.includes(i)) td.className = 'number';
      line.append(td);
    });
    element.append(line);
  };
  if (head) add(head, 'th');
  rows.forEach(row => add(row, 'td'));
}

function text() {
  const machine = RUN.machine;
  byId('summary').textContent = RUN.rows.length + ' measurements on ' + machine.processor + ', '
      + machine.JDK + ', ' + RUN.started + '.';
  const environment = Object.entries(RUN.environment).map(([k, v]) => k + '=' + v);
  if (environment.length > 0) {
    byId('warning').hidden = false;
    byId('warning').textContent = 'Set in the environment, and part of what was measured: ' + environment.join(', ');
  }
  table('table',
      ['operation', 'workload', 'threads', 'type', 'engine', 'ms', 'fastest', 'slowest', 'GFLOP/s', 'GB/s', 'best rival / it', 'of the limit'],
      RUN.rows.map(row => {
        const rival = ours(row.engine) ? bestRival(row) : null;
        return [row.title, row.workload, row.threads, row.dtype, row.engine, format(row.ms), format(row.low),
          format(row.high), format(row.flops / row.ms / 1e6), row.bytes ? format(row.bytes / row.ms / 1e6) : '',
          rival ? format(rival.ms / row.ms) + '× (' + rival.engine + ')' : '',
          row.limit ? (100 * row.fraction).toFixed(0) + ' % ' + row.limit : ''];
      }), [2, 5, 6, 7, 8, 9, 10]);
  byId('refused-title').hidden = RUN.refusals.length === 0;
  const refused = [...groups(RUN.refusals, r => r.parameters.engine + '|' + r.reason).values()];
  table('refused', RUN.refusals.length ? ['engine', 'what', 'why'] : null, refused.map(same => [
    same[0].parameters.engine || '',
    same.map(r => r.benchmark === '*' ? 'all' : r.benchmark + ' ' + (r.parameters.workload || '')).join(', '),
    same[0].reason]), []);
  table('machine', null, Object.entries(machine).concat(
      Object.entries(RUN.environment), [['each measurement', RUN.effort]],
      RUN.limits.map(l => ['limits, ' + plural(l.threads) + ', ' + l.dtype, format(l.gflops) + ' GFLOP/s; '
          + l.copies.map(c => 'copy of ' + (c.bytes >= 1 << 20 ? (c.bytes >> 20) + ' MiB' : (c.bytes >> 10) + ' KiB')
          + (c.streaming ? ', streaming' : '') + ': ' + format(c.gigabytes) + ' GB/s').join('; ')])), []);
  table('engines', null, RUN.engines.map(e => [e.name,
    e.reason || Object.entries(e.details).map(([k, v]) => k + ': ' + v).join('; ')]), []);
  byId('command').textContent = RUN.command;
}

function render() {
  charts.splice(0).forEach(chart => chart.dispose());
  drawHeadline();
  drawBars();
  drawRoofline();
  drawScaling();
  document.body.dataset.charts = charts.length;
}

text();
render();
window.addEventListener('resize', () => charts.forEach(chart => chart.resize()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', render);
