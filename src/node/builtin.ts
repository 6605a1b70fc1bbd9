/**
 * Built-in modules that cost start-up time and that most programs do not need: loaded at their first use, without
 * turning every caller into an asynchronous function.
 */
import type * as http from 'node:http';
import type * as http2 from 'node:http2';
import type * as https from 'node:https';
import type * as tls from 'node:tls';
import type * as zlib from 'node:zlib';

interface LazyModules {
  'node:http': typeof http;
  'node:http2': typeof http2;
  'node:https': typeof https;
  'node:tls': typeof tls;
  'node:zlib': typeof zlib;
}

/** The built-in module `id`, loaded now if it was not. */
export function builtin<Id extends keyof LazyModules>(id: Id): LazyModules[Id] {
  return process.getBuiltinModule(id) as unknown as LazyModules[Id];
}
