import type { download as english } from '../en/download.js';
import type { Translation } from '../translation.js';

/** Messages of the area `download`, in German. */
export const download: Translation<typeof english> = {
  'download.failed':
    'Der Download von {file} aus {source} ist gescheitert: {reason}. Prüfe das Netz und versuche es erneut; Vollständiges bleibt erhalten.',
  'download.offline':
    'Das Modell {model} ist im Cache {cache} nicht vollständig, und das Netz ist abgeschaltet. Entferne HF_HUB_OFFLINE (oder die Option "offline") und versuche es erneut.',
  'download.token-needed':
    '{source} gibt {model} nur nach Anmeldung heraus oder hat kein solches Modell. Prüfe den Namen; für ein privates oder beschränktes Modell setze HF_TOKEN auf ein Token eines Kontos, das es lesen darf.',
  'download.token-refused':
    '{source} hat das Token für {model} nicht angenommen. Erzeuge dort in den Einstellungen des Kontos ein neues und setze HF_TOKEN darauf.',
  'download.gated':
    'Das Modell {model} ist beschränkt: {source} gibt es nur an Konten, die seinen Bedingungen zugestimmt haben. Stimme auf der Seite des Modells zu und setze HF_TOKEN auf ein Token dieses Kontos.',
  'download.checksum':
    '{file} aus {source} ist beschädigt: erwartet war die Prüfsumme {expected}, gefunden {found}. Die Bytes wurden verworfen; versuche es erneut.',
  'download.wrong-size':
    '{file} aus {source} hat {found} Bytes, erwartet waren {expected}. Versuche es erneut; bleibt es so, liegt es am Server.',
  'download.unsafe-name':
    '{source} führt eine Datei namens {file}, die außerhalb des Modellordners läge. Von diesem Modell wurde nichts geladen.',
  'download.no-weights':
    '{model} auf {source} enthält keine safetensors-Datei, also nichts, das laufen könnte. Wähle ein Modell im Format von MLX, etwa eines von mlx-community.',
  'download.invalid-answer':
    '{source} hat etwas geantwortet, das keine Antwort eines Hubs ist: {reason}. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.status':
    '{source} hat für {file} mit {status} geantwortet. Versuche es später erneut; Vollständiges bleibt erhalten.',
  'download.incomplete':
    '{source} hat {file} nach {found} von {expected} Bytes beendet. Prüfe das Netz und versuche es erneut; Vollständiges bleibt erhalten.',
  'download.wrong-part':
    '{source} hat {file} ab Byte {found} gesendet, erwartet war Byte {expected}. Versuche es erneut; bleibt es so, liegt es am Server.',
  'download.no-commit':
    '{source} sagt nicht, auf welchem Commit {model} steht. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.endless-listing':
    '{source} führt Dateien ohne Ende auf. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.listing-entry':
    '{source} führt die Datei {file} mit {field}: {found}. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.listed-twice':
    '{source} führt {file} doppelt. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.redirects':
    '{source} leitet mehr als {limit}-mal weiter. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.redirect-target':
    '{source} leitet nach {found} weiter; das ist keine Webadresse. Prüfe HF_ENDPOINT (oder die Option "endpoint").',
  'download.no-ranges':
    '{file} auf {source} hat {size} Bytes, und der Server sendet keine Teile von Dateien (Ranges), was Dateien über {limit} Bytes brauchen. Nimm einen Server, der das kann.',
};
