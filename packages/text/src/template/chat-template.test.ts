import { type Message, TokenizerError } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { ChatTemplate } from './chat-template.js';

const conversation: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi\n"you"' },
  { role: 'assistant', content: ' Hello ' },
];

function template(text: string): ChatTemplate {
  return new ChatTemplate(text, { model: 'my/model', file: 'chat_template.jinja', specialTokens: { bos_token: '<s>', eos_token: '</s>' } }, () => new Date(2026, 6, 4));
}

function render(text: string, messages: readonly Message[] = conversation): string {
  return template(text).render(messages);
}

function failure(text: string, messages: readonly Message[] = conversation): TokenizerError {
  try {
    const rendered = render(text, messages);
    throw new Error(`It was rendered, to ${rendered.length} characters`);
  } catch (error) {
    if (TokenizerError.isInstance(error)) return error;
    throw error;
  }
}

describe('chat templates', () => {
  it('see the messages, the special tokens and whether the assistant is to begin', () => {
    const text = "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m.content | trim }}{{ eos_token }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}";
    expect(render(text)).toBe('<s>[system] Be brief.</s>\n[user] Hi\n"you"</s>\n[assistant] Hello</s>\n[assistant] ');
    expect(template(text).render([], { addGenerationPrompt: false })).toBe('<s>');
  });

  it('have the time, JSON, namespaces, loop controls and macros', () => {
    expect(render("{{ strftime_now('%d %b %Y') }}")).toBe('04 Jul 2026');
    expect(render('{{ messages[1].content | tojson }}')).toBe('"Hi\\n\\"you\\""');
    expect(render('{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}')).toBe('3');
    expect(render("{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}")).toBe('012');
    expect(render("{% macro tag(x) %}<{{ x }}>{% endmacro %}{{ tag('a') }}{{ range(4, 0, -2) | join(',') }}")).toBe('<a>4,2');
  });

  it('drop the marks around generated text, and the line ends after blocks', () => {
    expect(render('{% for m in messages[:1] %}\n  {% generation %}{{ m.content }}{% endgeneration %}\n{% endfor %}\nend')).toBe('Be brief.end');
  });

  // As Jinja in Python prints them.
  it('print values as Python does', () => {
    expect(render("{{ true }} {{ none }} {{ 1.5 }} {{ missing }}{{ [1, 'a', none] }} {{ {'k': [true]} }} {{ (1, 2) }}")).toBe("True None 1.5 [1, 'a', None] {'k': [True]} (1, 2)");
    expect(render("{{ 'n = ' ~ 1 ~ none ~ missing }} {{ [\"it's\", '\\n'] | string }}")).toBe("n = 1None [\"it's\", '\\n']");
  });

  it('refuse a conversation with their own words', () => {
    const error = failure("{{ raise_exception('Roles must alternate ' + messages[0].role) }}");
    expect(error.code).toBe('template.raised');
    expect(error.message).toContain('Roles must alternate system');
    expect(error.message).toContain('my/model');
  });

  it('are errors of ours where they fail or cannot be parsed', () => {
    expect(failure('{{ 1 + missing }}').code).toBe('template.failed');
    expect(failure('{{ messages | nonsense }}').message).toContain('nonsense');
    const broken = failure('{% if true %}');
    expect(broken.code).toBe('template.invalid');
    expect(broken.message).toContain('chat_template.jinja');
  });
});

describe('the sandbox of chat templates', () => {
  it('reaches no prototype, no global and no source', () => {
    const probes = ["messages.constructor", "''.constructor", "messages[0]['__proto__']", 'raise_exception.constructor', 'globalThis', 'process', 'range.prototype', "messages['map']"];
    for (const probe of probes) expect(render(`{{ ${probe} is defined }}`), probe).toBe('False');
    expect(render('{{ range }}')).toBe('<function>');
    expect(render("{% set x = {'__proto__': {'polluted': 1}} %}{{ x.polluted is defined }}")).toBe('False');
    expect(({} as { readonly polluted?: number }).polluted).toBeUndefined();
  });

  const doubling = (grow: string): string => `{% set ns = namespace(x='0123456789abcdef', l=[1]) %}{% for i in range(60) %}${grow}{% endfor %}`;
  it.each([
    ['endless loops', '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'],
    ['huge ranges', '{{ range(1000000000) | length }}'],
    ['ranges without end', '{{ range(0, 1, 0) }}'],
    ['doubled strings', doubling('{% set ns.x = ns.x ~ ns.x %}')],
    ['doubled strings by +', doubling('{% set ns.x = ns.x + ns.x %}')],
    ['doubled lists', doubling('{% set ns.l = ns.l + ns.l %}')],
    ['lists of lists, as JSON', `${doubling('{% set ns.l = [ns.l, ns.l] %}')}{{ ns.l | tojson }}`],
    ['lists of lists, as text', `${doubling('{% set ns.l = [ns.l, ns.l] %}')}{{ ns.l }}`],
    ['lists of lists, joined', `${doubling('{% set ns.l = [ns.l, ns.l] %}')}{{ ns.l | join }}`],
    ['replacements by the method', "{% set a = 'a' %}{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(9) %}{% set ns.x = ns.x.replace('a', ns.x) %}{% endfor %}"],
    ['replacements by the filter', "{% set ns = namespace(x='aaaaaaaaaa') %}{% for i in range(9) %}{% set ns.x = ns.x | replace('a', ns.x) %}{% endfor %}"],
    ['wide indents', "{{ 'a\nb' | indent(100000000) }}"],
    ['wide indents of JSON', "{{ messages | tojson(indent=100000000) }}"],
    ['long separators', "{% set ns = namespace(x='0123456789abcdef') %}{% for i in range(14) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ range(100000) | join(ns.x) }}"],
    ['captured text that is thrown away', `{% for i in range(1000) %}{% set x %}${'long text, '.repeat(1000)}{% endset %}{% endfor %}`],
    ['much output', "{% for i in range(100000) %}0123456789012345678901234567890123456789{% endfor %}"],
  ])('stops %s', (_, text) => {
    const start = performance.now();
    expect(failure(text).code).toBe('template.limit');
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it.each([
    ['recursion without end', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', 'template.failed'],
    ['deep nesting', `${'{{ ('.repeat(1)}${'('.repeat(50_000)}1${')'.repeat(50_000)}) }}`, 'template.invalid'],
    ['templates of megabytes', 'x'.repeat(300_000), 'template.invalid'],
    ['runs of spaces that the lexer is slow on', ' '.repeat(200_000), 'template.invalid'],
  ])('survives %s', (_, text, code) => {
    expect(failure(text).code).toBe(code);
  });

  it('has room for long conversations', () => {
    const content = 'word '.repeat(400_000);
    const text = "{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}{% endfor %}";
    expect(render(text, [{ role: 'user', content }]).length).toBe(content.length - 1 + '<|user|>'.length);
    const many = Array.from({ length: 20_000 }, (): Message => ({ role: 'user', content: 'Hi' }));
    expect(render(text, many).length).toBe(20_000 * '<|user|>Hi'.length);
  });
});
