//! Decoders of foreign formats, kept from ending the program: what makes them panic is the file's fault and is reported.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    /// Whether this thread is within [`guarded`].
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder; `None` if it panicked.
pub fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let caught = panic::catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(before);
    caught.ok()
}

/// Keeps a panic that [`guarded`] catches from being printed as well, for the whole process; any other is printed as ever.
pub fn hush_guarded() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !IS_GUARDED.get() {
            usual(panic);
        }
    }));
}
