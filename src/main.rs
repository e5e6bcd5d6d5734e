fn main() {
    for (name, text) in catproof::schema::published() {
        std::fs::write(format!("schema/{name}"), text).unwrap();
    }
}
