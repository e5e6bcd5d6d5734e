                self.authorization_server(issuer.as_slice(), vec![well_known_url.to_owned()])
                    .await
            }
            (None, Some(issuer)) => self.issuer(issuer, "`server_url`").await,
                self.authorization_server(&[&issuer], vec![url.clone()])
                    .await
            }
            None => self.issuer(&issuer, "the source").await,
