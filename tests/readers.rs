//! Registries as offices have them: the corpus, the wordings, the ids, and bytes that mean nothing.

mod corpus;
mod headings;
mod ids;
mod noise;
mod parquet;
mod wordings;
