// peer is crypto/tls at its defaults, as a server that answers one line in capitals and as a client that asks one.
//
//	peer server -cert FILE -key FILE [-clientca FILE] [-staple FILE] [-timestamp HEX] [-http] [...]
//	peer client -addr HOST:PORT -ca FILE [-cert FILE -key FILE] [-times N] [-again] [...]
//
// and for both [-curves P256,X25519] [-alpn h2,http/1.1] [-max12] [-min13] [-suites NAME,NAME]. Both print a line of
// key=value pairs for each handshake, or "error" and why it failed.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"
)

var curveIDs = map[string]tls.CurveID{
	"P256":           tls.CurveP256,
	"P384":           tls.CurveP384,
	"P521":           tls.CurveP521,
	"X25519":         tls.X25519,
	"X25519MLKEM768": tls.X25519MLKEM768,
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("server or client?"))
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	addr := flags.String("addr", "", "server to connect to")
	ca := flags.String("ca", "", "root of the server")
	clientCA := flags.String("clientca", "", "root of required client certificates")
	cert := flags.String("cert", "", "own certificate")
	key := flags.String("key", "", "own key")
	curves := flags.String("curves", "", "groups")
	alpn := flags.String("alpn", "", "application protocols")
	asHTTP := flags.Bool("http", false, "answer HTTP in place of lines")
	staple := flags.String("staple", "", "OCSP response for the own certificate")
	timestamp := flags.String("timestamp", "", "SignedCertificateTimestamp for it, in hexadecimal")
	again := flags.Bool("again", false, "ask for a second line before the end")
	min13 := flags.Bool("min13", false, "nothing older than TLS 1.3")
	max12 := flags.Bool("max12", false, "nothing newer than TLS 1.2")
	suites := flags.String("suites", "", "suites of TLS 1.2, old ones too")
	times := flags.Int("times", 1, "connections one after the other, with the sessions of those before")
	flags.Parse(os.Args[2:])

	config := &tls.Config{ServerName: "localhost"}
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		fail(err)
		if *staple != "" {
			pair.OCSPStaple, err = os.ReadFile(*staple)
			fail(err)
		}
		if *timestamp != "" {
			sct, err := hex.DecodeString(*timestamp)
			fail(err)
			pair.SignedCertificateTimestamps = [][]byte{sct}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if *ca != "" {
		config.RootCAs = pool(*ca)
	}
	if *clientCA != "" {
		config.ClientCAs, config.ClientAuth = pool(*clientCA), tls.RequireAndVerifyClientCert
	}
	for _, name := range split(*curves) {
		config.CurvePreferences = append(config.CurvePreferences, curveIDs[name])
	}
	config.NextProtos = split(*alpn)
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, name := range split(*suites) {
			if suite.Name == name {
				config.CipherSuites = append(config.CipherSuites, suite.ID)
			}
		}
	}
	if *max12 {
		config.MaxVersion = tls.VersionTLS12
	}
	if *min13 {
		config.MinVersion = tls.VersionTLS13
	}
	if os.Args[1] == "client" {
		config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
		for i := 0; i < *times; i++ {
			client(*addr, config, *again)
		}
	} else if *asHTTP {
		serveHTTP(config)
	} else {
		server(config)
	}
}

// serveHTTP is net/http as it comes, HTTP/2 included.
func serveHTTP(config *tls.Config) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	fmt.Println("ACCEPT", listener.Addr())
	answer := func(response http.ResponseWriter, _ *http.Request) { fmt.Fprintln(response, "served") }
	served := http.Server{Handler: http.HandlerFunc(answer), TLSConfig: config}
	fail(served.ServeTLS(listener, "", ""))
}

func server(config *tls.Config) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	fail(err)
	fmt.Println("ACCEPT", listener.Addr())
	for {
		connection, err := listener.Accept()
		fail(err)
		go func() {
			defer connection.Close()
			secure := tls.Server(connection, config)
			secure.SetDeadline(time.Now().Add(20 * time.Second))
			if err := secure.Handshake(); err != nil {
				fmt.Println("error", err)
				return
			}
			report(secure.ConnectionState())
			lines := bufio.NewScanner(secure)
			for lines.Scan() {
				fmt.Fprintln(secure, strings.ToUpper(lines.Text()))
			}
			if err := lines.Err(); err != nil {
				fmt.Println("error", err)
			} else {
				fmt.Println("closed")
			}
			secure.Close()
		}()
	}
}

func client(addr string, config *tls.Config, again bool) {
	connection, err := net.Dial("tcp", addr)
	fail(err)
	secure := tls.Client(connection, config)
	secure.SetDeadline(time.Now().Add(20 * time.Second))
	fail(secure.Handshake())
	report(secure.ConnectionState())
	words := []string{"hello"}
	if again {
		words = append(words, "again")
	}
	answer := bufio.NewScanner(secure)
	for _, word := range words {
		fmt.Fprintln(secure, word)
		if answer.Scan() {
			fmt.Println(answer.Text())
		}
		fail(answer.Err())
	}
	fail(secure.Close())
}

func report(state tls.ConnectionState) {
	peer := ""
	if len(state.PeerCertificates) > 0 {
		peer = state.PeerCertificates[0].Subject.CommonName
	}
	keys, err := state.ExportKeyingMaterial("EXPORTER-interop", nil, 32)
	fail(err)
	fmt.Printf("suite=%s alpn=%q peer=%q exporter=%x resumed=%t version=%q staple=%t timestamps=%d",
		tls.CipherSuiteName(state.CipherSuite), state.NegotiatedProtocol, peer, keys, state.DidResume,
		tls.VersionName(state.Version), state.OCSPResponse != nil, len(state.SignedCertificateTimestamps))
	// Go 1.24 has neither of them.
	for name, field := range map[string]string{"group": "CurveID", "retried": "HelloRetryRequest"} {
		if value := reflect.ValueOf(state).FieldByName(field); value.IsValid() {
			fmt.Printf(" %s=%v", name, value)
		}
	}
	fmt.Println()
}

func pool(file string) *x509.CertPool {
	pem, err := os.ReadFile(file)
	fail(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return roots
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func fail(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}
