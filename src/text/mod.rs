//! What a string is, whatever it stands in: characters that nobody sees, hosts, names of environment variables, dotenv,
//! placeholders, launch lines, pinned versions, the nearest word, days, and secrets.

pub mod day;
pub mod dotenv;
pub mod env_name;
pub mod hidden;
pub mod hosts;
pub mod launch_line;
pub mod pin;
pub mod placeholder;
pub mod plural;
pub mod profile;
pub mod secrets;
pub mod suggest;
pub mod visible;
