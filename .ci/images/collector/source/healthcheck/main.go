// The program /healthcheck of the collector's image, which has no shell: exit code 0 when the collector's health_check
// extension says that it is well, else 1 and why. ADOT's own image has one of the same name and flag.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	port := flag.Int("port", 13133, "port of the health_check extension on 127.0.0.1")
	flag.Parse()
	if err := check(*port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(port int) error {
	client := http.Client{Timeout: 4 * time.Second}
	answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the collector answers %s", answer.Status)
	}
	return nil
}
