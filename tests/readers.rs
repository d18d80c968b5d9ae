//! Registries as offices have them: the corpus, the wordings, the ids, and bytes that mean nothing.

mod corpus;
mod ids;
mod noise;
mod wordings;
