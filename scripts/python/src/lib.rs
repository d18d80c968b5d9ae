//! The lottery `dr1` for Python: Arrow in, Arrow out.
//!
//! The very files of `src/lottery` are compiled here a second time, with nothing else of the program: no table reader,
//! no polars. Python sees this module as `fairdraw._fairdraw`; its public face, with the documentation, is the package
//! `fairdraw` beside it.

mod arrow;
mod draw;
#[path = "../../../src/lottery/mod.rs"]
pub mod lottery;
mod texts;
mod tickets;

/// Holds what Python may call; `fairdraw/_fairdraw.pyi` states the types.
#[pyo3::pymodule]
mod _fairdraw {
    use std::collections::BTreeMap;

    use pyo3::exceptions::{PyIndexError, PyValueError};
    use pyo3::prelude::*;
    use pyo3::types::{PyBytes, PyCapsule, PyIterator, PyList};

    use crate::arrow::{self, Arrays};
    use crate::draw::{self, Wanted};
    use crate::lottery::{Entropy, Key, Prk, Suite};
    use crate::tickets;

    /// Finds a suite by its name (protocol §19).
    fn suite_of(name: &str) -> PyResult<Suite> {
        Suite::parse(name).ok_or_else(|| PyValueError::new_err(format!("suite {name:?} is not known: dr1 or dr1-gm")))
    }

    /// Computes the 32 bytes of a label's key (protocol §2, §3).
    #[pyfunction]
    fn key<'py>(py: Python<'py>, entropy: Text, label: &str, suite: &str) -> PyResult<Bound<'py, PyBytes>> {
        let record = Entropy::parse(entropy.bytes()).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, Prk::of(suite_of(suite)?, &record).key(label).bytes()))
    }

    /// Computes the tickets of ids (protocol §1, §4), without the interpreter's lock.
    #[pyfunction]
    #[pyo3(name = "tickets")]
    fn tickets_of(py: Python<'_>, ids: &Bound<'_, PyAny>, key: [u8; 32], suite: &str) -> PyResult<Tickets> {
        let key = Key::from_bytes(suite_of(suite)?, key);
        let ids = Arrays::of_column(ids)?;
        let bytes = py.detach(move || tickets::of(ids, &key));
        bytes.map(Tickets).map_err(PyValueError::new_err)
    }

    /// Draws from a table (protocol §6), without the interpreter's lock.
    #[pyfunction]
    #[pyo3(name = "draw")]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn draw_from(
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        id: &str,
        strata: Option<&str>,
        sizes: BTreeMap<String, u32>,
        key: [u8; 32],
        thresholds: BTreeMap<String, [u8; 16]>,
        suite: &str,
    ) -> PyResult<Sample> {
        let key = Key::from_bytes(suite_of(suite)?, key);
        let wanted = sizes.into_iter().map(|(name, size)| {
            let threshold = thresholds.get(&name).map(|bytes| u128::from_be_bytes(*bytes));
            Wanted { name, size, threshold }
        });
        let wanted = wanted.collect();
        let table = Arrays::of_table(table)?;
        let drawn = py.detach(move || draw::draw(table, id, strata, wanted, &key));
        drawn.map(|drawn| Sample(drawn.rows, drawn.strata)).map_err(PyValueError::new_err)
    }

    /// Is bytes or a text.
    #[derive(FromPyObject)]
    enum Text {
        Bytes(Vec<u8>),
        Text(String),
    }

    impl Text {
        fn bytes(&self) -> &[u8] {
            match self {
                Text::Bytes(bytes) => bytes,
                Text::Text(text) => text.as_bytes(),
            }
        }
    }

    /// Is a column of tickets, 16 bytes each, in the order of the ids.
    #[pyclass(frozen, sequence, module = "fairdraw")]
    struct Tickets(::arrow_array::FixedSizeBinaryArray);

    #[pymethods]
    impl Tickets {
        fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
            arrow::array_schema(py, &self.0)
        }

        #[pyo3(signature = (requested_schema=None))]
        fn __arrow_c_array__<'py>(
            &self,
            py: Python<'py>,
            requested_schema: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
            // The type is what it is: a consumer that wants another one casts (Arrow's rule for producers).
            let _ = requested_schema;
            arrow::array(py, &self.0)
        }

        fn __len__(&self) -> usize {
            ::arrow_array::Array::len(&self.0)
        }

        fn __getitem__<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyBytes>> {
            if at >= self.__len__() {
                return Err(PyIndexError::new_err(format!(
                    "{at} is not below {}, the number of tickets",
                    self.__len__()
                )));
            }
            Ok(PyBytes::new(py, self.0.value(at)))
        }

        fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
            let tickets = self.0.iter().flatten().map(|ticket| PyBytes::new(py, ticket));
            PyList::new(py, tickets.collect::<Vec<_>>())?.try_iter()
        }
    }

    /// Is what a draw gives: rows `stratum, rank, ticket, id`, and the strata beside them.
    #[pyclass(frozen, module = "fairdraw")]
    struct Sample(::arrow_array::RecordBatch, ::arrow_array::RecordBatch);

    #[pymethods]
    impl Sample {
        fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
            arrow::table_schema(py, &self.0)
        }

        #[pyo3(signature = (requested_schema=None))]
        fn __arrow_c_stream__<'py>(
            &self,
            py: Python<'py>,
            requested_schema: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyCapsule>> {
            let _ = requested_schema;
            arrow::stream(py, &self.0)
        }

        fn __len__(&self) -> usize {
            self.0.num_rows()
        }

        #[getter]
        fn strata(&self) -> Table {
            Table(self.1.clone())
        }
    }

    /// Is a table that any Arrow library takes.
    #[pyclass(frozen, module = "fairdraw")]
    struct Table(::arrow_array::RecordBatch);

    #[pymethods]
    impl Table {
        fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
            arrow::table_schema(py, &self.0)
        }

        #[pyo3(signature = (requested_schema=None))]
        fn __arrow_c_stream__<'py>(
            &self,
            py: Python<'py>,
            requested_schema: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyCapsule>> {
            let _ = requested_schema;
            arrow::stream(py, &self.0)
        }

        fn __len__(&self) -> usize {
            self.0.num_rows()
        }
    }
}
