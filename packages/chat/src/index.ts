export { ChatSession, type ChatSessionOptions } from './chat-session.js';
