import type { starter as english } from '../en/starter.js';
import type { Translation } from '../translation.js';

/** Messages of the area `starter`, in German. */
export const starter: Translation<typeof english> = {
  'starter.unavailable':
    'Das Starter-Modell konnte nicht erzeugt werden. Mit pip: {pip} Mit uv: {uv} Vom Hub: {hub} Abhilfe: Prüfe das Netz und seinen Proxy (HTTPS_PROXY, PIP_INDEX_URL, HF_ENDPOINT); installiere pip ("python3 -m ensurepip --user" oder das Paket python3-pip deines Systems) oder uv; führe dann "pnpm --filter @mlxengine/starter-model build" erneut aus. Jedes andere Modell geht auch ohne: "--model <Ordner oder Hub-Kennung>".',
  'starter.no-command':
    'nichts von {commands} lässt sich hier ausführen.',
  'starter.command-failed':
    '"{command}" ist gescheitert: {output}',
  'starter.wrong-hash':
    '{file} hat den SHA-256 {found}, erwartet war {expected}.',
  'starter.no-entry':
    '{file} enthält kein {entry}.',
  'starter.bad-archive':
    '{file} konnte nicht entpackt werden: {reason}',
  'starter.incomplete-download':
    '{model} hat kein {file}.',
  'starter.not-built':
    'Das Starter-Modell ist nicht in {folder}. Führe in einem Checkout "pnpm --filter @mlxengine/starter-model build" aus; installiere anderswo @mlxengine/starter-model neu.',
  'starter.incomplete':
    'Das Starter-Modell in {folder} ist nicht vollständig: {file} fehlt oder hat nicht die Größe, mit der es geschrieben wurde. Führe in einem Checkout "pnpm --filter @mlxengine/starter-model build" aus; installiere anderswo @mlxengine/starter-model neu.',
};
