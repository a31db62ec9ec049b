// Draws /status.json every five seconds. Text goes in as text, never as markup.
const svg = (name, attributes) => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};
const html = (name, text, kind) => {
  const node = document.createElement(name);
  node.textContent = text ?? '';
  if (kind) node.className = kind;
  return node;
};

function figureOf(value, unit) {
  if (value === undefined) return '–';
  if (unit === 'ratio') return (value * 100).toFixed(1) + ' %';
  if (unit.startsWith('bytes')) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let at = 0;
    while (value >= 1024 && at < units.length - 1) { value /= 1024; at++; }
    return value.toFixed(at ? 1 : 0) + ' ' + units[at] + unit.slice(5);
  }
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 1;
  return value.toFixed(digits) + (unit ? ' ' + unit : '');
}

function draw(chart) {
  const figure = html('figure');
  const caption = html('figcaption');
  const last = chart.points.at(-1)?.[1];
  caption.append(html('span', chart.title), html('b', figureOf(last, chart.unit)));
  const values = chart.points.map(point => point[1]);
  const high = Math.max(...values, chart.unit === 'ratio' ? 1 : 0) || 1;
  const [from, to] = [chart.points[0]?.[0] ?? 0, chart.points.at(-1)?.[0] ?? 1];
  const line = chart.points.map(([at, value]) =>
    `${((at - from) / Math.max(to - from, 1) * 300).toFixed(1)},${(78 - value / high * 74).toFixed(1)}`).join(' ');
  const picture = svg('svg', { viewBox: '0 0 300 80', preserveAspectRatio: 'none', role: 'img',
    'aria-label': `${chart.title}: now ${figureOf(last, chart.unit)}, at most ${figureOf(values.length ? high : undefined, chart.unit)}` });
  picture.append(svg('polyline', { points: line }));
  figure.append(caption, picture);
  return figure;
}

async function look() {
  const facts = document.getElementById('facts');
  try {
    const answer = await fetch('/status.json', { cache: 'no-store' });
    const status = await answer.json();
    document.title = `${status.program} status`;
    document.getElementById('head').textContent = `${status.program} on ${status.machine}`;
    facts.textContent = `${status.isReady ? 'ready' : 'NOT READY'} · version ${status.version} · up ${status.upSeconds} s`;
    const wrong = status.alerts.filter(alert => alert.state !== 'ok');
    document.getElementById('alerts').replaceChildren(...(wrong.length
      ? wrong.map(alert => html('li', `${alert.state}: ${alert.name}: ${alert.summary}`, alert.state))
      : [html('li', `no alert of ${status.alerts.length}`)]));
    document.getElementById('charts').replaceChildren(...status.charts.map(draw));
  } catch (fault) {
    facts.textContent = `no answer (${fault.message})`;
  }
}

look();
setInterval(look, 5000);
