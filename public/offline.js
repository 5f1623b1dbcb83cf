// The offline page: the last known state and its age, from what the service worker noted. It needs no server and no WASM.

const WORDS = {
  en: {
    ago: (time) => `As of ${time} ago`,
    now: 'As of just now',
    units: [['minute', 'minutes'], ['hour', 'hours'], ['day', 'days']],
    test: 'Last test',
  },
  de: {
    document: 'Keine Verbindung · Steadyline',
    title: 'Steadyline ist nicht erreichbar',
    why: 'Entweder hat dieses Gerät keine Verbindung, oder der Server ist fort. Gemessenes bleibt erhalten; ein wartendes Ergebnis wird zugestellt, sobald der Server wieder da ist.',
    retry: 'Erneut versuchen',
    last: 'Letzter bekannter Stand',
    nothing: 'Auf diesem Gerät ist noch nichts vermerkt: Öffne Steadyline einmal, wenn es erreichbar ist.',
    ago: (time) => `Stand vor ${time}`,
    now: 'Stand von eben',
    units: [['Minute', 'Minuten'], ['Stunde', 'Stunden'], ['Tag', 'Tagen']],
    test: 'Letzter Test',
    // The API's sentence is English; the place of the fault is enough for a short one.
    places: {
      device: 'Es lag am Gerät oder an dem, was es verbindet.',
      line: 'Es lag an der eigenen Leitung.',
      building: 'Es lag am Netz des Hauses.',
      provider: 'Es lag am Anbieter.',
      transit: 'Es lag an einem Netz zwischen Anbieter und Internet.',
      service: 'Es lag an einem Dienst.',
      wide: 'Mehrere Anbieter waren gestört.',
      none: 'Alles war gut.',
      unknown: 'Es war nicht genug bekannt.',
    },
  },
};

function cookie(name) {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

const chosen = cookie('steadyline_lang') ?? navigator.language;
const language = chosen.startsWith('de') ? 'de' : 'en';
const words = WORDS[language];

function looks() {
  const theme = cookie('steadyline_theme');
  if (theme) document.documentElement.dataset.theme = theme;
  document.documentElement.lang = language;
  if (words.document) document.title = words.document;
  for (const element of document.querySelectorAll('[data-text]')) {
    const text = words[element.dataset.text];
    if (text) element.textContent = text;
  }
}

// Minutes below an hour, hours below two days, then days.
function age(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since.getTime()) / 60_000));
  if (minutes < 1) return words.now;
  const [count, unit] = minutes < 60 ? [minutes, 0] : minutes < 2880 ? [Math.floor(minutes / 60), 1] : [Math.floor(minutes / 1440), 2];
  return words.ago(`${count} ${words.units[unit][count === 1 ? 0 : 1]}`);
}

function figures(state) {
  const figure = (sign, value, unit) => {
    if (value === null) return null;
    return `${sign}${new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(value)} ${unit}`;
  };
  const all = [figure('↓ ', state.download, 'Mbit/s'), figure('↑ ', state.upload, 'Mbit/s'), figure('', state.ping, 'ms')];
  const known = all.filter((text) => text !== null);
  return known.length > 0 ? `${words.test}: ${known.join(' · ')}` : '';
}

async function show() {
  const cache = await caches.open('steadyline-state');
  const noted = await cache.match('/state');
  if (!noted) {
    document.getElementById('nothing').hidden = false;
    return;
  }
  const state = await noted.json();
  const since = new Date(state.noted_at);
  document.getElementById('sentence').textContent = words.places?.[state.place] ?? state.sentence ?? '';
  document.getElementById('figures').textContent = figures(state);
  const shown = document.getElementById('age');
  shown.title = since.toLocaleString(language);
  const tick = () => { shown.textContent = age(since); };
  tick();
  setInterval(tick, 30_000);
  document.getElementById('state').hidden = false;
}

looks();
document.getElementById('retry').addEventListener('click', () => location.reload());
addEventListener('online', () => location.reload());
if ('caches' in globalThis) show();
