/** An element of the page by its id. */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`The page has no ${kind.name} with the id "${id}".`);
  return found;
}

/** Adds a message to the conversation; text is never taken for markup. */
export function addMessage(role: 'user' | 'assistant', text: string): HTMLElement {
  return add(`message ${role}`, text);
}

/** Adds a line below a message. */
export function addNote(text: string): HTMLElement {
  return add('note', text);
}

function add(classes: string, text: string): HTMLElement {
  const conversation = element('conversation', HTMLElement);
  conversation.querySelector('.hint')?.remove();
  const paragraph = document.createElement('p');
  paragraph.className = classes;
  paragraph.textContent = text;
  conversation.append(paragraph);
  paragraph.scrollIntoView({ block: 'end' });
  return paragraph;
}
