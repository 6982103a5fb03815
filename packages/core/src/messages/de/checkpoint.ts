import type { checkpoint as english } from '../en/checkpoint.js';
import type { Translation } from '../translation.js';

/** Messages of the area `checkpoint`, in German. */
export const checkpoint: Translation<typeof english> = {
  'checkpoint.missing-file':
    '{source} enthält keine Datei {file}. Ist es ein Modell im MLX-Format?',
  'checkpoint.no-weights':
    '{source} enthält keine Datei *.safetensors mit Gewichten. Lade das Modell vollständig herunter oder importiere es, falls es ein anderes Format hat.',
  'checkpoint.unsafe-name':
    '{file} nennt die Datei {name}, was kein Name einer Datei daneben ist. Der Checkpoint ist beschädigt oder bösartig; verwende ihn nicht.',
  'checkpoint.file-too-large':
    '{file} hat {found} Bytes, erwartet sind höchstens {expected}. Die Datei ist beschädigt oder nicht, was ihr Name sagt; lade sie erneut herunter.',
  'checkpoint.not-utf8':
    '{file} ist kein UTF-8-Text. Lade die Datei erneut herunter.',
  'checkpoint.json-syntax':
    '{file} ist kein gültiges JSON: erwartet {expected} an Zeichen {position}, gefunden {found}. Lade die Datei erneut herunter.',
  'checkpoint.json-depth':
    '{file} verschachtelt JSON tiefer als {expected} Ebenen. Die Datei ist beschädigt oder bösartig; verwende sie nicht.',
  'checkpoint.json-duplicate-key':
    '{file} enthält den Schlüssel {key} zweimal. Die Datei ist beschädigt oder bösartig; lade sie erneut herunter.',
  'checkpoint.config-value':
    '{file}: "{key}" ist {found}, erwartet war {expected}. Berichtige die Datei oder lade sie erneut herunter.',
  'checkpoint.header-truncated':
    '{file} hat {found} Bytes, erwartet sind schon für den safetensors-Kopf {expected}. Der Download ist unvollständig; lade die Datei erneut herunter.',
  'checkpoint.header-length':
    '{file} ist keine safetensors-Datei: ihr Kopf hätte {found} Bytes, erwartet sind 2 bis {expected}. Lade die Datei erneut herunter.',
  'checkpoint.header-entry':
    '{file}: {field} des Tensors {tensor} ist {found}, erwartet war {expected}. Die Datei ist beschädigt; lade sie erneut herunter.',
  'checkpoint.header-metadata':
    '{file}: die Metadaten {key} sind {found}, erwartet war eine Zeichenkette. Die Datei ist beschädigt; lade sie erneut herunter.',
  'checkpoint.tensor-size':
    '{file}: der Tensor {tensor} mit {dtype} {shape} hat {found} Bytes, erwartet waren {expected}. Die Datei ist beschädigt; lade sie erneut herunter.',
  'checkpoint.tensor-range':
    '{file}: der Tensor {tensor} beginnt bei Byte {found} der Daten, erwartet war {expected}, das Ende des vorigen. Die Datei ist beschädigt; lade sie erneut herunter.',
  'checkpoint.tensor-truncated':
    '{file} ist zu kurz für den Tensor {tensor}: die Datei hat {found} Bytes, erwartet waren {expected}. Der Download ist unvollständig; lade sie erneut herunter.',
  'checkpoint.trailing-data':
    '{file} hat {found} Bytes, erwartet waren {expected}, das Ende des letzten Tensors. Die Datei ist beschädigt; lade sie erneut herunter.',
  'checkpoint.duplicate-tensor':
    'Der Tensor {tensor} steht in {first} und in {second}, und kein Index sagt, welcher gilt. Entferne die Datei, die nicht zum Modell gehört.',
  'checkpoint.unknown-tensor':
    '{source} enthält keinen Tensor {tensor}.',
  'checkpoint.missing-tensor':
    '{source} enthält keinen Tensor {tensor}, den sein Modell der Art {architecture} braucht. Der Checkpoint ist unvollständig; lade ihn erneut herunter.',
  'checkpoint.unused-tensors':
    '{source} enthält {count} Tensoren, für die sein Modell der Art {architecture} keine Verwendung hat, etwa {tensor}. config.json und Gewichte gehören nicht zusammen; lade das Modell erneut herunter.',
  'checkpoint.tensor-mismatch':
    'Der Tensor {tensor} in {source} ist {found}, erwartet war {expected}. config.json und Gewichte gehören nicht zusammen; lade das Modell erneut herunter.',
  'checkpoint.reference-mismatch':
    'Der Tensor {tensor} der Referenz {file} ist {found}, erwartet war {expected}. Die Referenz gehört nicht zu diesem Modell oder hat eine andere Form; schreibe sie neu.',
  'checkpoint.quantization-mismatch':
    'Das Gewicht {path} in {source} ist nicht als quantisiert lesbar: {tensor} ist {found}, erwartet war {expected}. config.json und Gewichte gehören nicht zusammen; lade das Modell erneut herunter.',
  'checkpoint.short-read':
    '{file}: für den Tensor {tensor} wurden {found} Bytes gelesen, erwartet waren {expected}. Die Datei hat sich geändert oder ihre Quelle ist defekt; lade das Modell noch einmal.',
  'checkpoint.write-size':
    'Der Tensor {tensor} mit {dtype} {shape} braucht {expected} Bytes, zum Schreiben kamen aber {found}.',
  'checkpoint.tensor-refused':
    'Der Tensor {tensor} lässt sich nicht laden: {reason}. config.json und Gewichte gehören nicht zusammen; das Modell neu herunterladen.',
  'checkpoint.rewrite-misfit':
    'Ein Tensor des Checkpoints lässt sich nicht in das bringen, was das Modell braucht: [{operation}] erwartet {expected}, gefunden {found}.',
  'checkpoint.adapter-file':
    '{source} enthält keine Datei {file}; erwartet wird der Ordner eines Adapters, wie ihn mlx-lm oder PEFT schreibt.',
  'checkpoint.adapter-layer':
    'Der Adapter {source} ändert die Schicht {layer}, die das Modell der Architektur {architecture} nicht oder in anderer Form hat. Verwende einen Adapter für dieses Modell oder ein Modell, mit dem der Adapter schon verschmolzen ist.',
  'checkpoint.adapter-shape':
    'Der Tensor {tensor} des Adapters {source} ist {found}, erwartet wurde {expected}. Er gehört zu einem anderen Modell, oder seine Konfiguration und seine Gewichte passen nicht zusammen.',
  'checkpoint.adapter-tensor':
    'Der Adapter {source} enthält den Tensor {tensor}, den kein Adapter von {format} hat. Verwende eine andere Fassung davon.',
  'checkpoint.adapter-incomplete':
    'Im Adapter {source} fehlt {tensor}, was seine Schicht braucht. Lade ihn neu herunter.',
  'checkpoint.cache-file':
    '{file} lässt sich nicht als gespeicherter Zustand dieses Modells laden: {reason}. Die Datei ist beschädigt, gehört zu einem anderen Modell oder ist kein Prompt-Cache; speichere sie neu.',
};
