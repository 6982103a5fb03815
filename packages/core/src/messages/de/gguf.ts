import type { gguf as english } from '../en/gguf.js';
import type { Translation } from '../translation.js';

/** Messages of the area `gguf`, in German. */
export const gguf: Translation<typeof english> = {
  'gguf.bad-magic':
    '{file} beginnt nicht mit "GGUF", sondern mit {found}. Ist es eine GGUF-Datei?',
  'gguf.duplicate':
    '{file} enthält {what} doppelt. Die Datei ist beschädigt; hole sie noch einmal.',
  'gguf.invalid-tensor':
    'Tensor "{tensor}" von {file}: erwartet {expected}, gefunden {found}. Die Datei ist beschädigt oder für ein anderes Modell gemacht.',
  'gguf.invalid-text':
    '{what} von {file} ist kein gültiges UTF-8. Die Datei ist beschädigt; hole sie noch einmal.',
  'gguf.invalid-value':
    'Metadatum "{key}" von {file}: erwartet {expected}, gefunden {found}.',
  'gguf.limit':
    '{what} von {file} ist {found}, über der Grenze von {limit}. Die Datei ist beschädigt oder bösartig.',
  'gguf.missing-metadata':
    '{file} hat kein Metadatum "{key}", das die Umwandlung braucht. Nimm eine Datei aus einem neueren Konverter.',
  'gguf.missing-tensor':
    '{file} hat keinen Tensor "{tensor}". Die Datei ist unvollständig; hole das ganze Modell.',
  'gguf.overlap':
    'Die Tensoren "{first}" und "{second}" von {file} überlappen. Die Datei ist beschädigt; hole sie noch einmal.',
  'gguf.truncated':
    '{file} endet zu früh: {what} reicht bis Byte {expected}, die Datei hat {found}. Sie ist unvollständig oder beschädigt; hole sie noch einmal.',
  'gguf.unknown-tensor':
    '{file} hat einen Tensor "{tensor}", den seine Familie nicht kennt; das Modell rechnet also anders. Nutze es stattdessen im MLX-Format.',
  'gguf.unsupported':
    '{file} braucht {feature}, was sich nicht übertragen lässt. Nutze das Modell stattdessen im MLX-Format.',
  'gguf.unsupported-tokenizer':
    '{key} von {file} ist "{found}"; bekannt: {supported}. Ein Tokenizer wird nie geraten: Nutze das Modell stattdessen im MLX-Format.',
  'gguf.unsupported-type':
    'Tensor "{tensor}" von {file} hat den Typ {type}; unterstützt: {supported}. Hole das Modell in einem von diesen.',
  'gguf.unsupported-version':
    '{file} ist GGUF-Version {found}; unterstützt: 2 und 3, Little-Endian. Hole eine neuere Datei des Modells.',
};
